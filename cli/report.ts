// `npm run report`: draw (again) the report of a run from the evidence in its folder.

import { join } from 'node:path'
import { Refusal } from '../contracts/refusal.ts'
import { RUN_FILES } from '../contracts/run-folder.ts'
import { contradiction, type Recut, recut } from '../measurements/recut.ts'
import { readEvidence } from '../reports/run-evidence.ts'
import { finishRun } from './finish-run.ts'
import { namedRun, RUNS } from './named-run.ts'
import { type CommandContext, runCommand } from './run-command.ts'
import { runNames } from './run-names.ts'

const HELP = `
Reads plan.json, dataset.json and measurements.json of the run and writes
report.html, capacity.json and junit.xml beside them. The same evidence gives
the same bytes, however often it is drawn. Where the journals are there too,
every step is cut and judged again from them; what is stored and does not follow
from them is told, and makes the run INVALID.
Exit code: 0 PASS, 99 FAIL, 5 AT RISK, 3 INVALID, 2 when no report can be drawn.

Examples:
  npm run report                                    the newest run
  npm run report 2026-11-22T09-30-00-checkout       another, by name or path
  npm run --silent report -- --json | jq .verdict   from all of capacity.json`

await runCommand(
  'report',
  (program) =>
    program
      .description('Draw (again) the report of a run.')
      .argument('[run]', 'name below runs/, or path of a run folder; default: the newest')
      .addHelpText('after', HELP),
  async ({ positionals: [run] }, context) => {
    const runDir = typeof run === 'string' ? await namedRun(run) : await newestRun()
    const { measurements, resolved } = await readEvidence(runDir)
    const again = await recut(runDir, measurements, resolved)
    sayRecut(again, context)
    const differs = contradiction(again)
    return await finishRun(runDir, context, differs === null ? [] : [differs])
  },
)

function sayRecut({ compared, without, contradicted }: Recut, { say }: Pick<CommandContext, 'say'>): void {
  const same = compared - contradicted.length
  if (compared > 0) say(`${same} of ${compared} steps are what their journals say.`)
  if (without > 0) say(`${without} steps without their journals here: drawn as they were stored.`)
  for (const sentence of contradicted) say(`  ${sentence}`)
}

async function newestRun(): Promise<string> {
  const [newest] = await runNames(RUNS)
  if (newest !== undefined) return join(RUNS, newest)
  throw new Refusal({
    what: 'there is no run to report on',
    why: [`no folder below ${RUNS} holds ${RUN_FILES.measurements}`],
    wayOut: 'npm start measures a first one; npm run load checkout loads one flow.',
  })
}
