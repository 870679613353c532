// `npm run seed -- --legacy`: the same orders, into the monolith's tables.

import type { SeedVolume } from '../contracts/dataset.ts'
import { EXIT_CODES, type ExitCode, Refusal } from '../contracts/refusal.ts'
import { refuseMalformedAddresses } from '../engines/given-addresses.ts'
import { memoryBytes } from '../engines/machine.ts'
import { countRows, draftDataset, expectRows, ordersOf } from '../generators/build-dataset.ts'
import { scaleFor } from '../generators/choose-scale.ts'
import { LEGACY_ORDERS_PER_SECOND, type LegacySeedReport, seedLegacy } from '../generators/legacy/seed-legacy.ts'
import { sizeText } from '../generators/predict-size.ts'
import { describeDataset } from './describe-dataset.ts'
import { startProgress } from './progress.ts'
import type { CommandContext } from './run-command.ts'
import { withLegacyStore } from './with-stores.ts'

/** Counted in the blink of an eye. */
const ORDERS_COUNTED = 1_000_000

export interface LegacyOptions {
  readonly seed: number
  readonly scale?: number
  readonly timeBudget: number
  readonly reset?: boolean
  readonly ifEmpty?: boolean
  readonly dryRun?: boolean
  /** Given as words that mean nothing here. */
  readonly elsewhere: readonly string[]
}

export async function seedMonolith(
  options: LegacyOptions,
  volume: SeedVolume,
  context: CommandContext,
): Promise<ExitCode> {
  if (options.elsewhere.length > 0) throw notForTheMonolith(options.elsewhere)
  refuseMalformedAddresses(process.env)
  if (options.dryRun) return forecast(options, volume, context)
  const { json, signal, say } = context
  const report = await withLegacyStore(context, ({ address, freeDiskBytes }) =>
    seedLegacy(
      {
        volume,
        seed: options.seed,
        scale: options.scale ?? null,
        timeBudgetSeconds: options.timeBudget,
        reset: options.reset ?? false,
        ifEmpty: options.ifEmpty ?? false,
      },
      { address, freeDiskBytes, memoryBytes: memoryBytes(), signal, say, startProgress },
    ),
  )
  process.stdout.write(
    json ? `${JSON.stringify({ ...report, dataset: describeDataset(report.dataset) })}\n` : reportText(report),
  )
  return report.findings !== null && report.findings.length > 0 ? EXIT_CODES.verificationFailed : EXIT_CODES.pass
}

/** So nobody knows what would be refused for what is there already; for anything else nothing is. */
const NOT_LOOKED = "the monolith's database is not asked"

/** By formula: no engine is asked. */
function forecast(options: LegacyOptions, volume: SeedVolume, { json, say }: CommandContext): ExitCode {
  const wanted = { volume, scale: options.scale ?? null, timeBudgetSeconds: options.timeBudget }
  const machine = { freeDiskBytes: null, memoryBytes: memoryBytes(), ordersPerSecond: LEGACY_ORDERS_PER_SECOND }
  const scale = scaleFor(wanted, { ...machine, say }, null)
  const draft = draftDataset(volume, { seed: options.seed, scale, fullShards: [] })
  const isExact = ordersOf(draft) <= ORDERS_COUNTED
  const dataset = isExact ? countRows(draft, volume.plan) : expectRows(draft, volume.plan)
  const { orders, order_items } = dataset.rows
  say(`${orders.toLocaleString('en')} orders and payments in t_order, ${order_items.toLocaleString('en')} items`)
  if (!isExact) say('  items are the expected number: the run counts them')
  say(`  not looked what is seeded already: ${NOT_LOOKED}; nothing was written`)
  if (json) {
    const answer = {
      outcome: 'dry-run',
      rowsWritten: 0,
      itemCounts: isExact ? 'exact' : 'expected',
      dataset: describeDataset(dataset),
      notLooked: NOT_LOOKED,
      wouldBeRefused: [],
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`)
  }
  return EXIT_CODES.pass
}

function reportText({ outcome, rowsWritten, seconds, tableBytes, findings }: LegacySeedReport): string {
  if (outcome !== 'seeded') return ''
  const rate = Math.round(rowsWritten / Math.max(1, seconds)).toLocaleString('en')
  const lines = [
    `${rowsWritten.toLocaleString('en')} rows written in ${seconds.toFixed(1)} s (${rate}/s); the tables take ${sizeText(tableBytes)}`,
    ...(findings ?? []).map(({ what, expected, found }) => `  ${what}: ${found}, and not ${expected}`),
    findings?.length === 0
      ? 'Counts, sums and statuses are those of the plan’s orders, and the rows of each order belong together.'
      : 'These are not the orders that were to be seeded. Start over with --reset.',
  ]
  return `${lines.join('\n')}\n`
}

function notForTheMonolith(flags: readonly string[]): Refusal {
  return new Refusal({
    what: `${flags.join(' and ')} ${flags.length === 1 ? 'says' : 'say'} nothing to --legacy`,
    why: ['the monolith has one table of orders on one server, and no search index'],
    wayOut: `Leave ${flags.length === 1 ? 'it' : 'them'} out, or leave --legacy out.`,
  })
}
