// `npm run compare-stores`: the two stores of a migration, order by order.

import { randomUUID } from 'node:crypto'
import { EXIT_CODES, Refusal } from '../contracts/refusal.ts'
import type { SwitchState } from '../contracts/switches.ts'
import { bothStores } from '../sut/both-databases.ts'
import { compareWithItself } from '../sut/migration/control-comparison.ts'
import { beginOrGoOn, type ComparisonProgress, compareInFull } from '../sut/migration/full-comparison.ts'
import { withinJob } from '../sut/migration/judge-in-groups.ts'
import { compareLive } from '../sut/migration/live-comparison.ts'
import { comparedIn } from '../sut/migration/order-sights.ts'
import { TakesWrites } from '../sut/storage/fence.ts'
import { aloneAt } from '../sut/storage/job-lock.ts'
import { openProgress } from '../sut/storage/progress-table.ts'
import { hasMoved, JOB_LIMITS, legacyOrders, migrationState } from './migration-state.ts'
import { comparisonLines } from './migration-text.ts'
import { parseDuration, parsePerMille } from './option-parsers.ts'
import { startProgress } from './progress.ts'
import { type CommandContext, runCommand } from './run-command.ts'
import { type OpenMigration, withDatabases } from './with-ledgers.ts'

const HELP = `
Each store is compared with itself first. An order differs when both stores say
the same twice, no mark says that the other one is still to be told, and a field
is not the same to the last byte; one that is still to be told is lag. What is
listed are ids and names of fields, never values.

--full goes through every order, beside the load, and goes on after a kill. One
that ends with 0 differences opens the way from phase1 to phase2. --repair has
the other store say what the authority says, and looks again; an order that the
authority does not have is left for a person.

Exit code 0: no difference. 4: there is one, or too many to go on.

Examples:
  npm run compare-stores -- --full
  npm run compare-stores -- --full --repair
  npm run compare-stores -- --live 100 --duration 5m
  npm run --silent compare-stores -- --full --json`

const DEFAULT_SECONDS = 60

interface Options {
  readonly full?: true
  readonly live?: number
  readonly duration?: number
  readonly repair?: true
}

await runCommand<Options>(
  'compare-stores',
  (program) =>
    program
      .description('Compare the order stores of a migration, and repair what differs.')
      .option('--full', 'every order; a killed run is continued')
      .option('--live <n>', 'of 1000 new orders so many, as they come', parsePerMille)
      .option('--duration <time>', 'how long --live looks (default: 60s)', parseDuration)
      .option('--repair', 'of --full: have the other store say what the authority says')
      .addHelpText('after', HELP),
  async ({ options }, context) => {
    refuseMixed(options)
    return await withDatabases(JOB_LIMITS, async (databases) => {
      const state = await migrationState(databases.ledgers)
      const work = () => compare(options, state, databases, context)
      const { control, ...report } = options.full
        ? await aloneAt(databases.addresses.sharded[0], 'comparison', work)
        : await work()
      if (hasMoved(state, await migrationState(databases.ledgers))) throw movedMeanwhile()
      const { isWhole, ...counts } = report
      if (context.json) process.stdout.write(`${JSON.stringify({ ...counts, complete: isWhole, control })}\n`)
      for (const line of comparisonLines(report)) context.say(line)
      return report.differing > 0 || !isWhole ? EXIT_CODES.verificationFailed : EXIT_CODES.pass
    })
  },
)

async function compare(
  options: Options,
  state: SwitchState,
  { ledgers, pools }: OpenMigration,
  { signal, say }: CommandContext,
) {
  const { orders, rowsWithoutId } = await legacyOrders(pools.legacy)
  if (options.full && rowsWithoutId > 0) throw notAllNamed(rowsWithoutId)
  const both = bothStores(pools)
  const stores = comparedIn(state.phase, both)
  const control = {
    legacy: await compareWithItself('legacy', both.legacy, signal),
    sharded: await compareWithItself('sharded', both.sharded, signal),
  }
  if (options.live !== undefined) {
    const { live: perMille, duration = DEFAULT_SECONDS } = options
    const report = await compareLive(stores, { perMille, durationMs: 1_000 * duration, signal })
    return { ...report, repaired: 0, isWhole: true, control }
  }
  const progress = await openProgress<ComparisonProgress>(pools.sharded.home, 'comparison', withinJob)
  const begun = beginOrGoOn(await progress.read(), state, randomUUID)
  if (begun.after !== null) say('going on where an earlier run stopped')
  const bar = startProgress({ label: 'comparing', total: Math.max(orders, begun.compared), unit: 'orders' })
  const tools = { stores, ledgers, progress, signal, onCompared: bar.update }
  const report = await compareInFull(begun, tools, options.repair === true)
    .finally(bar.stop)
    .catch((error) => {
      throw error instanceof TakesWrites ? movedMeanwhile() : error
    })
  return { ...report, skipped: 0, control }
}

function notAllNamed(rows: number): Refusal {
  return new Refusal({
    what: 'nothing was compared',
    why: [`${rows.toLocaleString('en')} rows of t_order have no order id, by which both stores know an order`],
    wayOut: 'Begin the migration, which gives them theirs, and import them:',
    command: 'npm run switch -- begin',
  })
}

function movedMeanwhile(): Refusal {
  return new Refusal({
    what: 'the comparison proves nothing',
    why: ['the switches were moved while it went on, so its two stores were not those it began with'],
    wayOut: 'Compare again:',
    command: 'npm run compare-stores -- --full',
  })
}

function refuseMixed({ full, live, repair, duration }: Options): void {
  const why = [
    ...(full && live !== undefined ? ['--full and --live are two ways to compare'] : []),
    ...(!full && live === undefined ? ['it was not said what to compare'] : []),
    ...(repair && !full ? ['--repair goes with --full: whoever repairs has to know of everything'] : []),
    ...(duration !== undefined && live === undefined ? ['--duration goes with --live'] : []),
  ]
  if (why.length === 0) return
  throw new Refusal({
    what: 'nothing was compared',
    why,
    wayOut: 'Every order:',
    command: 'npm run compare-stores -- --full',
  })
}
