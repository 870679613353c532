// `npm run seed`: fill the tables and the search index with the plan's orders.

import { availableParallelism } from 'node:os'
import { EXIT_CODES, Refusal } from '../contracts/refusal.ts'
import { ALL_SHARDS } from '../contracts/shard.ts'
import { memoryBytes } from '../engines/machine.ts'
import { seed } from '../generators/seed.ts'
import type { SeedReport } from '../generators/seed-options.ts'
import { loadPlan } from '../plan/load-plan.ts'
import { seedVolume } from '../plan/seed-volume.ts'
import { findStores } from './find-stores.ts'
import { collectShard, parseScale, parseSeconds, parseSeed, parseShardRange, parseYears } from './option-parsers.ts'
import { startProgress } from './progress.ts'
import { runCommand } from './run-command.ts'

const DEFAULT_TIME_BUDGET_SECONDS = 180

const HELP = `
A killed run is continued by the same command; a finished one writes 0 rows.

Examples:
  npm run seed --years 3                        three years, at a scale this machine holds
  npm run seed -- --scale 0.01 --dry-run        what a hundredth of the plan would take
  npm run seed -- --scale 0.001 --full-shard 7  besides, the tables _07 at the whole 50 million orders
  npm run seed -- --shards 0-15                 a quarter of the work; other machines take the rest
  npm run seed -- --reset --seed 2              another data set instead of the one that is there`

interface Options {
  readonly years?: number
  readonly scale?: number
  readonly timeBudget: number
  readonly fullShard: readonly number[]
  readonly seed: number
  readonly plan: string
  readonly shards?: readonly number[]
  readonly dryRun?: boolean
  readonly reset?: boolean
}

await runCommand<Options>(
  'seed',
  (program) =>
    program
      .description('Fill 64 × (orders, order_items, payments) and Elasticsearch with the years a plan projects.')
      .option('--years <n>', 'years of the plan to seed (default: its horizon)', parseYears)
      .option(
        '--scale <fraction>',
        'fraction of the plan in every table (default: what this machine holds)',
        parseScale,
      )
      .option('--time-budget <seconds>', 'seconds the chosen scale may take', parseSeconds, DEFAULT_TIME_BUDGET_SECONDS)
      .option('--full-shard <n>', 'fill the tables of shard n to the whole volume; repeatable', collectShard, [])
      .option('--seed <n>', 'another seed gives other orders with the same plan', parseSeed, 1)
      .option('--plan <file>', 'the growth plan', 'plan.yaml')
      .option('--shards <range>', 'seed these shards only: 0-15', parseShardRange)
      .option('--dry-run', 'show rows, bytes, time and free disk, and write nothing')
      .option('--reset', 'remove the data set that is there first')
      .addHelpText('after', HELP),
  async ({ options }, { json, signal, say }) => {
    const plan = await loadPlan(options.plan)
    const years = options.years ?? plan.horizonYears
    if (years > plan.horizonYears) throw beyondHorizon(years, plan.horizonYears)
    const report = await seed(
      {
        volume: seedVolume(plan, years),
        seed: options.seed,
        scale: options.scale ?? null,
        timeBudgetSeconds: options.timeBudget,
        fullShards: options.fullShard,
        shards: options.shards ?? ALL_SHARDS,
        reset: options.reset ?? false,
        dryRun: options.dryRun ?? false,
      },
      {
        ...findStores(process.env),
        memoryBytes: memoryBytes(),
        cores: availableParallelism(),
        signal,
        say,
        startProgress,
      },
    )
    process.stdout.write(json ? `${JSON.stringify(summary(report))}\n` : reportText(report))
    return EXIT_CODES.pass
  },
)

function beyondHorizon(years: number, horizonYears: number): Refusal {
  return new Refusal({
    what: `the plan projects ${horizonYears} years, not ${years}`,
    why: [`--years ${years} lies beyond its horizon`],
    wayOut: 'Ask for fewer years, or raise horizonYears in the plan.',
  })
}

/** The hourly curve alone has 26 000 numbers: left out. */
function summary({ dataset, ...report }: SeedReport) {
  const { cumulativeOrdersByHour: _curve, whales: _whales, ...described } = dataset
  return { ...report, dataset: described }
}

function reportText({ outcome, rowsWritten, seconds, finished, prediction, measuredMysqlBytes }: SeedReport): string {
  if (outcome !== 'seeded') return ''
  const rate = Math.round(rowsWritten / Math.max(1, seconds)).toLocaleString('en')
  const lines = [`${rowsWritten.toLocaleString('en')} rows written in ${seconds.toFixed(1)} s (${rate}/s)`]
  if (measuredMysqlBytes !== null) {
    const [measured, predicted] = [measuredMysqlBytes, prediction.mysqlBytes].map((bytes) => (bytes / 1e9).toFixed(2))
    lines.push(`MySQL holds ${measured} GB of them; ${predicted} GB were predicted`)
  }
  lines.push(
    finished
      ? 'The data set is whole. Prove it: npm run verify'
      : 'Other shards of this data set are still to be seeded.',
  )
  return `${lines.join('\n')}\n`
}
