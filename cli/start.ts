// `npm start`: the whole job on one machine. Engines, three seeded years, the order system, load on every flow, report.

import { availableParallelism } from 'node:os'
import { InvalidArgumentError } from 'commander'
import type { Engines } from '../contracts/engines.ts'
import type { Measurements } from '../contracts/measurement.ts'
import type { Plan } from '../contracts/plan.ts'
import { ALL_SHARDS } from '../contracts/shard.ts'
import { memoryBytes } from '../engines/machine.ts'
import { seedServers } from '../generators/seed-servers.ts'
import { LOAD_NAMES } from '../measurements/load.ts'
import { LEAST_BUDGET_SECONDS } from '../measurements/offer-load.ts'
import { runLoad } from '../measurements/run-load.ts'
import { lostOrderLines, resultLine, stepLine, stepReasons } from '../measurements/step-lines.ts'
import { loadPlan } from '../plan/load-plan.ts'
import { resolvePlan } from '../plan/resolve-plan.ts'
import { seedVolume } from '../plan/seed-volume.ts'
import { finishRun } from './finish-run.ts'
import { FULL_BUDGET_SECONDS, SMALL_BUDGET_SECONDS } from './ladder/ladder-choice.ts'
import { loadProgress, sayAbove } from './load-progress.ts'
import { newRunFolder } from './new-run-folder.ts'
import { parseScale, parseSeconds, parseSeed } from './option-parsers.ts'
import { phaseOf } from './phase-of.ts'
import { planOption } from './plan-option.ts'
import { startProgress } from './progress.ts'
import { refuseWhileMoving } from './refuse-while-moving.ts'
import { type CommandContext, runCommand } from './run-command.ts'
import { typedCommand } from './typed-command.ts'
import { withEngines } from './with-engines.ts'
import { storesOf } from './with-stores.ts'
import { withSut } from './with-sut.ts'
import { wrap } from './wrap-text.ts'

interface Options {
  readonly plan: string
  readonly scale?: number
  readonly seed: number
  readonly seedSeconds: number
  readonly loadSeconds: number
  readonly reset?: boolean
}

const HELP = `
Engines come from where they are found (npm run doctor) and are stopped at the
end; the seeded data stays in .headroom/ and the next start uses it again. The
report is written to runs/<id>/report.html.
Exit code: 99 FAIL, else 3 INVALID: no table is filled to the limit here, and
what is claimed of full ones stays open until npm run validate -- --full.

Examples:
  npm start
  npm start -- --plan our-plan.yaml --reset     another plan, another data set
  npm start -- --scale 0.01 --load-seconds 600  more rows, longer searches`

await runCommand<Options>(
  'start',
  (program) =>
    program
      .description('Answer the question on this machine: engines, three years of orders, load on every flow, report.')
      .addOption(planOption())
      .option(
        '--scale <fraction>',
        'fraction of the plan in every table (default: what --seed-seconds allows)',
        parseScale,
      )
      .option('--seed <n>', 'another seed gives other orders with the same plan', parseSeed, 1)
      .option('--seed-seconds <n>', 'how long the first seeding may take', parseSeconds, 60)
      .option('--load-seconds <n>', 'how long the load on all flows may take', parseLoadSeconds, 300)
      .option('--reset', 'remove the data set that is there first')
      .addHelpText('after', HELP),
  async ({ options, words }, context) => {
    const plan = await loadPlan(options.plan)
    const runDir = newRunFolder(undefined, 'start')
    await withEngines(context, async (engines) => {
      await fill(plan, engines, options, context)
      await measure(plan, engines, runDir, { ...options, words }, context)
    })
    context.signal.throwIfAborted()
    const exitCode = await finishRun(runDir, context)
    wrap(fullTablesText(), '').forEach(context.say)
    return exitCode
  },
)

async function fill(plan: Plan, engines: Engines, options: Options, { say, signal }: CommandContext): Promise<void> {
  const { map, ...found } = storesOf(engines)
  refuseWhileMoving('seed', await phaseOf(map))
  await seedServers(
    {
      volume: seedVolume(plan, plan.horizonYears),
      seed: options.seed,
      scale: options.scale ?? null,
      timeBudgetSeconds: options.seedSeconds,
      fullShards: [],
      shards: ALL_SHARDS,
      reset: options.reset ?? false,
      ifEmpty: false,
    },
    {
      ...found,
      memoryBytes: memoryBytes(),
      cores: availableParallelism(),
      signal,
      say,
      startProgress,
    },
    map,
  )
}

async function measure(
  plan: Plan,
  engines: Engines,
  runDir: string,
  { loadSeconds, words }: Options & { readonly words: readonly string[] },
  context: CommandContext,
): Promise<Measurements> {
  const resolved = resolvePlan(plan)
  const progress = loadProgress()
  const say = sayAbove(progress, context.say)
  return await withSut(
    engines,
    { protection: 'plain', topology: 'one-process' },
    context,
    async ({ baseUrl, jwtSecret, adminJwtSecret, processes }) => {
      const measurements = await runLoad({
        loads: LOAD_NAMES,
        profile: 'knee',
        arrivals: 'poisson',
        budgetSeconds: loadSeconds,
        target: { baseUrl, jwtSecret, adminJwtSecret, processes },
        engines,
        k6: engines.k6,
        plan: resolved,
        runDir,
        command: typedCommand('start', words),
        signal: context.signal,
        say,
        onStep: (step) => [stepLine(step), ...stepReasons(step)].forEach(say),
        onLive: progress.show,
      }).finally(progress.clear)
      for (const line of [...measurements.results.map(resultLine), ...lostOrderLines(measurements)]) say(line)
      return measurements
    },
  )
}

/** What this run leaves open, and what it takes to answer it. */
function fullTablesText(): string {
  const minutes = (seconds: number) => Math.round(seconds / 60)
  return `How a full table answers, this run cannot say: npm run validate -- --full (${minutes(FULL_BUDGET_SECONDS)} min); npm run validate (${minutes(SMALL_BUDGET_SECONDS)} min) shows where it goes.`
}

function parseLoadSeconds(text: string): number {
  const seconds = parseSeconds(text)
  const least = LOAD_NAMES.length * LEAST_BUDGET_SECONDS
  if (seconds >= least) return seconds
  throw new InvalidArgumentError(`${LOAD_NAMES.length} loads take ${LEAST_BUDGET_SECONDS} s each at least: ${least}`)
}
