// `npm run merge`: the shares of one load, offered from several machines, become the run that they are together.

import { mergeShares } from '../measurements/merge-shares.ts'
import { readShareRun } from '../measurements/share-run.ts'
import { stepLine, stepReasons } from '../measurements/step-lines.ts'
import { finishLoad } from './finish-load.ts'
import { namedRun } from './named-run.ts'
import { isUntracked, newRunFolder } from './new-run-folder.ts'
import { runCommand } from './run-command.ts'
import { typedCommand } from './typed-command.ts'

const HELP = `
Each run folder is what npm run load -- FLOW … --generator 2/4 --start-at TIME
left on a machine. Copy them to one. They must be all the shares of one load:
same words, plan, data and start. Journals are merged request by request, never
percentiles; every window is judged anew, each generator by its own requests.
Exit code: as of npm run load; 2 when the runs do not belong together.

Examples:
  npm run merge -- runs/a runs/b runs/c runs/d
  npm run --silent merge -- runs/a runs/b --run runs/joint --json`

await runCommand<{ readonly run?: string }>(
  'merge',
  (program) =>
    program
      .description('Make one run of the shares of a load, judge it anew, draw the report.')
      .argument('<runs...>', 'names below runs/, or paths of run folders')
      .option('--run <folder>', 'where the merged run goes (default: a new folder below runs/)')
      .addHelpText('after', HELP),
  async ({ options, positionals: [names], words }, { say, json }) => {
    const shares = await Promise.all((names as string[]).map(async (name) => await readShareRun(await namedRun(name))))
    const flow = shares[0]?.measurements.results[0]?.load
    const runDir = newRunFolder(options.run, `${flow}-merged`)
    if (isUntracked(runDir)) say(`${runDir} lies in the checkout but outside runs/: git will list it`)
    const measurements = await mergeShares({ shares, runDir, command: typedCommand('merge', words) })
    say(measurements.conditions.generatorPlace)
    for (const step of measurements.steps) for (const line of [stepLine(step), ...stepReasons(step)]) say(line)
    return await finishLoad(measurements, runDir, { say, json })
  },
)
