// `npm run drill`: break one thing after another under load, and say what the users saw of it.

import { mkdir, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { basename, join } from 'node:path'
import { Option } from 'commander'
import type { Engines } from '../contracts/engines.ts'
import { EXIT_CODES, type ExitCode } from '../contracts/refusal.ts'
import { RUN_FILES } from '../contracts/run-folder.ts'
import { WHOLE } from '../contracts/share.ts'
import type { SutEndpoint } from '../contracts/sut-endpoint.ts'
import { restartMysql } from '../engines/restart-mysql.ts'
import { type DrillReport, drill } from '../measurements/drill/drill.ts'
import { FAULT_NAMES, type Fault, type FaultName, faultOf } from '../measurements/drill/fault.ts'
import { loadOf, MIX } from '../measurements/load.ts'
import { LoadRun } from '../measurements/load-run.ts'
import { Observer } from '../measurements/observer.ts'
import { askIdentity } from '../measurements/target.ts'
import { loadPlan } from '../plan/load-plan.ts'
import { resolvePlan } from '../plan/resolve-plan.ts'
import { drillText } from './drill-text.ts'
import { newRunFolder } from './new-run-folder.ts'
import { noOrders } from './no-orders.ts'
import { parseRate, parseSeconds } from './option-parsers.ts'
import { planOption } from './plan-option.ts'
import { type CommandContext, runCommand } from './run-command.ts'
import { withEngines } from './with-engines.ts'
import { withSut } from './with-sut.ts'

const HELP = `
Faults:
${FAULT_NAMES.map((name) => `  ${name}`).join('\n')}

All flows are offered together, as often as the plan says, while each fault
lasts its time and is put right again. What was refused, in which words, until
when, and how long the answers of the others took, is printed for each flow; in
the end every order that was acknowledged is looked up, and none may be stored
that its user was refused. It needs data (npm run seed -- --years 3) and the
order system of this checkout with a process per service, which is started when
none runs.

Exit code: 0 no order is lost and none is too many, 99 otherwise.

Examples:
  npm run drill
  npm run drill -- --fault redis-stalled --fault shard-locked --rate 50
  npm run --silent drill -- --json`

interface Options {
  readonly fault: readonly FaultName[]
  readonly rate: number
  readonly faultSeconds: number
  readonly calmSeconds: number
  readonly plan: string
}

await runCommand<Options>(
  'drill',
  (program) =>
    program
      .description('Break one thing after another under load: what is refused, and is any order lost?')
      .addOption(new Option('--fault <name...>', 'only these').choices(FAULT_NAMES).default(FAULT_NAMES, 'all of them'))
      .option('--rate <n>', 'requests per second of all flows together', parseRate, 100)
      .option('--fault-seconds <n>', 'how long each fault lasts', parseSeconds, 15)
      .option('--calm-seconds <n>', 'before the first fault, and after each', parseSeconds, 20)
      .addOption(planOption())
      .addHelpText('after', HELP),
  async ({ options }, context) =>
    await withEngines(context, (engines) =>
      withSut(engines, { topology: 'process-per-service' }, context, (target) =>
        drillSystem(options, { engines, target }, context),
      ),
    ),
)

interface System {
  readonly engines: Engines
  readonly target: SutEndpoint
}

async function drillSystem(
  { fault: names, rate, faultSeconds, calmSeconds, plan: planPath }: Options,
  { engines, target }: System,
  { signal, say, json, onCleanup }: CommandContext,
): Promise<ExitCode> {
  const plan = resolvePlan(await loadPlan(planPath))
  const { dataset } = await askIdentity(target)
  if (dataset === null) throw noOrders(target.baseUrl)
  const runDir = newRunFolder(undefined, 'drill')
  await mkdir(runDir, { recursive: true })
  await writeFile(join(runDir, RUN_FILES.dataset), JSON.stringify(dataset))
  const observer = await Observer.begin({ target, engines, cores: availableParallelism(), onFault: () => {} })
  onCleanup(() => observer.stop())
  const run = new LoadRun(loadOf(MIX, plan.plan), {
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
    onStep: async () => {},
    say,
  })
  const crashMysql = async () => {
    await restartMysql(engines, { size: 'load', ending: 'kill', signal, say })
  }
  const places = { processes: target.processes, engines, restartMysql: crashMysql }
  const faults = names.flatMap((name): Fault[] => {
    const fault = faultOf(name, places)
    if (!('impossible' in fault)) return [fault]
    say(`${name} is left out: ${fault.impossible}`)
    return []
  })
  const request = { faults, ratePerSecond: rate, faultSeconds, calmSeconds, engines, say }
  const report: DrillReport = await drill(run, request)
  process.stdout.write(json ? `${JSON.stringify({ runDir, ...report })}\n` : drillText(report))
  return report.orders.missing + report.orders.wrong + report.orders.excess === 0 ? EXIT_CODES.pass : EXIT_CODES.fail
}
