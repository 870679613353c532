// `npm run bench:sharing`: how k6 should share this machine with the system it loads.

import { mkdir, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { basename, join } from 'node:path'
import { Option } from 'commander'
import { EXIT_CODES } from '../contracts/refusal.ts'
import { RUN_FILES } from '../contracts/run-folder.ts'
import { WHOLE } from '../contracts/share.ts'
import { LOAD_NAMES, loadOf } from '../measurements/load.ts'
import { Observer } from '../measurements/observer.ts'
import { benchSharing, type SharingReport } from '../measurements/sharing-bench.ts'
import { stepLine } from '../measurements/step-lines.ts'
import { askIdentity } from '../measurements/target.ts'
import { loadPlan } from '../plan/load-plan.ts'
import { resolvePlan } from '../plan/resolve-plan.ts'
import { newRunFolder } from './new-run-folder.ts'
import { noOrders } from './no-orders.ts'
import { parseCount, parseRate, parseSeconds } from './option-parsers.ts'
import { planOption } from './plan-option.ts'
import { runCommand } from './run-command.ts'
import { withEngines } from './with-engines.ts'
import { withSut } from './with-sut.ts'

const HELP = `
k6 with priority, without, on one thread, and on one core: each holds the same
rate on the order system of this checkout, in turn, --repeats times. The best
has the fewest INVALID steps and the smallest spread of its p99s. It needs data
(npm run seed -- --years 3), an idle machine, and about eight minutes.

Examples:
  npm run bench:sharing
  npm run --silent bench:sharing -- --json --flow checkout --repeats 3`

interface Options {
  readonly flow: string
  readonly repeats: number
  readonly rate?: number
  readonly holdSeconds: number
  readonly plan: string
}

await runCommand<Options>(
  'bench:sharing',
  (program) =>
    program
      .description('Measure how k6 should share this machine with the system it loads.')
      .addOption(new Option('--flow <name>', 'what is loaded').choices(LOAD_NAMES).default('list'))
      .option('--repeats <n>', 'holds of each way', parseCount, 5)
      .option('--rate <n>', 'requests per second (default: 0.3 of what a warm-up gets through)', parseRate)
      .option('--hold-seconds <n>', 'length of each hold', parseSeconds, 15)
      .addOption(planOption())
      .addHelpText('after', HELP),
  async ({ options: { flow, repeats, rate, holdSeconds, plan: planPath } }, context) => {
    const { signal, say, json } = context
    const plan = resolvePlan(await loadPlan(planPath))
    const runDir = newRunFolder(undefined, 'bench-sharing')
    const report = await withEngines(context, (engines) =>
      withSut(engines, { topology: 'one-process' }, context, async (target) => {
        const { dataset } = await askIdentity(target)
        if (dataset === null) throw noOrders(target.baseUrl)
        await mkdir(runDir, { recursive: true })
        await writeFile(join(runDir, RUN_FILES.dataset), JSON.stringify(dataset))
        const observer = await Observer.begin({ target, engines, cores: availableParallelism(), onFault: () => {} })
        context.onCleanup(() => observer.stop())
        return await benchSharing({
          load: loadOf(flow, plan.plan),
          repeats,
          holdSeconds,
          ratePerSecond: rate ?? null,
          context: {
            runDir,
            runId: basename(runDir),
            target,
            plan,
            dataset,
            k6Program: engines.k6.path,
            observer,
            arrivals: 'poisson',
            generators: { shares: [WHOLE], joint: null },
            signal,
            onDrive: () => {},
            onStep: async (step) => say(stepLine(step)),
            say,
          },
        })
      }),
    )
    process.stdout.write(json ? `${JSON.stringify(report)}\n` : textOf(report))
    return EXIT_CODES.pass
  },
)

function textOf({ ratePerSecond, places }: SharingReport): string {
  const lines = places.map(({ place, p99Ms, spread, lateP99Ms, invalid }) =>
    [
      `  ${place.padEnd(10)}`,
      `spread ${spread === null ? 'unknown' : `${(100 * spread).toFixed(0)} %`}`.padEnd(16),
      `k6 late ${lateP99Ms === null ? 'unknown' : `${lateP99Ms.toFixed(1)} ms`}`.padEnd(18),
      `INVALID ${invalid.length === 0 ? 'none' : invalid.join(', ')};`,
      `p99 [${p99Ms.map((ms) => ms.toFixed(1)).join(', ')}] ms`,
    ].join(' '),
  )
  const head = `At ${ratePerSecond}/s. Spread: (highest − lowest) ÷ median of the p99s; k6 late: p99 of its own delay.`
  return `${[head, ...lines].join('\n')}\n`
}
