// `npm run bench:sut`: what the order system's layers cost, as CPU per request against the same statements without them.

import { join } from 'node:path'
import { EXIT_CODES } from '../contracts/refusal.ts'
import { removeState } from '../engines/clean-engines.ts'
import { STATE, STATE_FOLDER } from '../engines/place.ts'
import { startEngines } from '../engines/start-engines.ts'
import { benchCpu, type SutBenchReport } from '../sut/bench/cpu-bench.ts'
import { benchPhases, cpuOf, nameOf, type PhaseBenchReport } from '../sut/bench/phase-bench.ts'
import { BENCH_FLOWS } from '../sut/bench/workload.ts'
import { parseCount } from './option-parsers.ts'
import { runCommand } from './run-command.ts'

/** Engines of its own, so that its orders meet no data worth keeping, in no table and in no index. */
const OWN_STATE = `${STATE_FOLDER}/test-${process.pid}`

const REPEATS = 9
/** Six positions, and each is measured beside a system without a migration. */
const PHASE_REPEATS = 5

const HELP = `
The order system in one process, asked directly, against a bare Fastify route
with the same query (list, detail) or the same transaction (checkout). Both in
turn, on engines of its own, which are removed at the end. Ratios are per
repeat.

--phases: the same system in each phase of a migration, with both mirror modes,
against itself without one; CPU of service and MySQL, the mirror's included.
Takes some minutes.

Examples:
  npm run bench:sut
  npm run bench:sut -- --phases
  npm run --silent bench:sut -- --json --repeats 3`

await runCommand<{ repeats?: number; phases?: true }>(
  'bench:sut',
  (program) =>
    program
      .description('Measure the CPU per request of the order system against its bare statements.')
      .option(
        '--repeats <n>',
        `how often each is measured (default: ${REPEATS}, of phases ${PHASE_REPEATS})`,
        parseCount,
      )
      .option('--phases', 'what each phase of a migration costs, instead')
      .addHelpText('after', HELP),
  async ({ options: { repeats: asked, phases } }, context) => {
    const { json, signal, say, onCleanup } = context
    const engines = await startEngines({
      keep: false,
      size: 'test',
      stateFolder: OWN_STATE,
      signal,
      say,
      env: env(),
    })
    onCleanup(async () => {
      await engines.stop()
      await removeState(OWN_STATE)
    })
    const logFolder = join(STATE, 'logs/bench')
    const repeats = asked ?? (phases ? PHASE_REPEATS : REPEATS)
    const options = { repeats, logFolder, signal, say }
    if (phases) {
      const report = await benchPhases(engines, options)
      process.stdout.write(json ? `${JSON.stringify(report)}\n` : tableOf(report))
      return EXIT_CODES.pass
    }
    const report = await benchCpu(engines, options)
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

/** In Markdown, as it stands in the docs. */
function tableOf({ without, phases, repeats, requestsPerRepeat }: PhaseBenchReport): string {
  const cells = (costs: PhaseBenchReport['without'], ratios?: PhaseBenchReport['phases'][number]['ratios']) =>
    BENCH_FLOWS.map((flow) => {
      const { serviceCpuMicros, mysqlCpuMicros, medianMs } = costs[flow]
      const parts = `${serviceCpuMicros.toFixed(0)} + ${mysqlCpuMicros.toFixed(0)} µs, ${medianMs.toFixed(1)} ms`
      return ratios ? `${parts}, ${ratios[flow].toFixed(2)} ×` : `${parts} (${cpuOf(costs[flow]).toFixed(0)} µs)`
    })
  const rows = [
    ['phase, mirror', ...BENCH_FLOWS],
    ['---', ...BENCH_FLOWS.map(() => '---')],
    ['without a migration', ...cells(without)],
    ...phases.map((phase) => [nameOf(phase), ...cells(phase.costs, phase.ratios)]),
  ]
  return `CPU of a request, service + MySQL, and its median time with ${requestsPerRepeat} requests a repeat;
× of the same without a migration, median of ${repeats} repeats.

${rows.map((row) => `| ${row.join(' | ')} |`).join('\n')}
`
}
