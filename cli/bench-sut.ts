// `npm run bench:sut`: what the order system's layers cost, as CPU per request against the same statements without them.

import { join } from 'node:path'
import { EXIT_CODES } from '../contracts/refusal.ts'
import { removeState } from '../engines/clean-engines.ts'
import { CHECKOUT } from '../engines/place.ts'
import { startEngines } from '../engines/start-engines.ts'
import { BENCH_FLOWS, benchCpu, type SutBenchReport } from '../sut/bench/cpu-bench.ts'
import { parseCount } from './option-parsers.ts'
import { runCommand } from './run-command.ts'

/** Engines of its own, so that its orders meet no data worth keeping, in no table and in no index. */
const STATE_FOLDER = `.headroom/test-${process.pid}`

const HELP = `
The order system in one process, asked directly, against a bare Fastify route
with the same query (list, detail) or the same transaction (checkout). Both in
turn, on engines of its own, which are removed at the end. Ratios are per
repeat.

Examples:
  npm run bench:sut
  npm run --silent bench:sut -- --json --repeats 3`

await runCommand<{ repeats: number }>(
  'bench:sut',
  (program) =>
    program
      .description('Measure the CPU per request of the order system against its bare statements.')
      .option('--repeats <n>', 'how often each is measured', parseCount, 5)
      .addHelpText('after', HELP),
  async ({ options: { repeats } }, context) => {
    const { json, signal, say, onCleanup } = context
    const engines = await startEngines({
      keep: false,
      size: 'test',
      stateFolder: STATE_FOLDER,
      signal,
      say,
      env: env(),
    })
    onCleanup(async () => {
      await engines.stop()
      await removeState(STATE_FOLDER)
    })
    const logFolder = join(CHECKOUT, '.headroom/logs/bench')
    const report = await benchCpu(engines, { repeats, logFolder, signal, say })
    process.stdout.write(json ? `${JSON.stringify(report)}\n` : textOf(report))
    return EXIT_CODES.pass
  },
)

/** Addresses and ports of engines that are there for something else are not for us. */
function env(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^HEADROOM_\w+_(URL|PORT)$/.test(name))
  return { ...Object.fromEntries(own), HEADROOM_ENGINES: 'programs' }
}

function textOf({ ratios, ratiosOfRepeats, sutCpuMicros, bareCpuMicros, goals }: SutBenchReport): string {
  const lines = BENCH_FLOWS.map((flow) => {
    const all = ratiosOfRepeats[flow].map((ratio) => ratio.toFixed(2))
    const cpu = `${sutCpuMicros[flow].toFixed(0)} against ${bareCpuMicros[flow].toFixed(0)} µs of CPU a request`
    return `  ${flow.padEnd(8)} ${ratios[flow].toFixed(2)} × [${all.join(', ')}], ${cpu} (goal: at most ${goals[flow]})`
  })
  return `${['Median of the repeats:', ...lines].join('\n')}\n`
}
