// `npm run verify`: prove what the seeder wrote.

import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { EXIT_CODES } from '../contracts/refusal.ts'
import { ALL_SHARDS, SEEDED_FAMILIES } from '../contracts/shard.ts'
import { CHECKOUT } from '../engines/place.ts'
import { sizeText } from '../generators/predict-size.ts'
import type { SkewFigures } from '../generators/verify/skew-check.ts'
import { type VerifyReport, verify } from '../generators/verify/verify.ts'
import { loadPlan } from '../plan/load-plan.ts'
import { planHash } from '../plan/resolve-plan.ts'
import { parseShardRange } from './option-parsers.ts'
import { startProgress } from './progress.ts'
import { runCommand } from './run-command.ts'
import { withStores } from './with-stores.ts'

const HELP = `
Exit code 0: everything holds. 4: something does not, with samples.
A stopped run is continued; what it looked at more than an hour ago is looked at again.

Examples:
  npm run verify                        all tables and the search index
  npm run verify -- --shards 7          the tables of one shard
  npm run --silent verify -- --json     for scripts`

await runCommand<{ plan: string; shards?: readonly number[] }>(
  'verify',
  (program) =>
    program
      .description(
        'Prove the seeded data: exact counts, routing, ids, books, MySQL against Elasticsearch, skew, sizes.',
      )
      .option('--plan <file>', 'the plan it was seeded from', 'plan.yaml')
      .option('--shards <range>', 'these shards only: 0-15', parseShardRange)
      .addHelpText('after', HELP),
  async ({ options }, context) => {
    const { json, signal, say } = context
    const plan = await loadPlan(options.plan)
    const wanted = { plan, planHash: planHash(plan), shards: options.shards ?? ALL_SHARDS }
    const report = await withStores(context, ({ stores }) =>
      verify(wanted, {
        stores,
        cores: availableParallelism(),
        journalFile: join(CHECKOUT, '.headroom', 'verify.ndjson'),
        signal,
        say,
        startProgress,
      }),
    )
    process.stdout.write(json ? `${JSON.stringify(summary(report))}\n` : reportText(report))
    return report.ok ? EXIT_CODES.pass : EXIT_CODES.verificationFailed
  },
)

/** The hourly curve alone has 26 000 numbers: left out. */
function summary({ dataset, ...report }: VerifyReport) {
  const { cumulativeOrdersByHour: _curve, whales: _whales, ...described } = dataset
  return { ...report, dataset: described }
}

function reportText(report: VerifyReport): string {
  const { ok, dataset, findings, liveOrders, searchCompared, seconds, skew } = report
  const rows = dataset.rows.orders + dataset.rows.order_items + dataset.rows.payments
  const lines = [
    ...findings.flatMap(({ check, where, what, count, samples }) => [
      `✗ ${check}: ${where}: ${what} (${count})`,
      ...samples.map((sample) => `    ${sample}`),
    ]),
    ...sizeLines(report),
    ...(skew ? [skewLine(skew)] : []),
    ...(liveOrders > 0
      ? [`Besides, ${liveOrders.toLocaleString('en')} orders of running services, books checked`]
      : []),
    ...(searchCompared ? [] : ['Elasticsearch was not compared: no address given, or nothing to compare.']),
    ok
      ? `Verified: ${rows.toLocaleString('en')} seeded rows, every check holds (${seconds.toFixed(1)} s)`
      : `Verification FAILED: ${findings.length} ${findings.length === 1 ? 'finding' : 'findings'} (${seconds.toFixed(1)} s)`,
  ]
  return `${lines.join('\n')}\n`
}

function skewLine({ tableRowsMin, tableRowsMax, whaleShare, userCv }: SkewFigures): string {
  return [
    `Tables  ${tableRowsMin.toLocaleString('en')} to ${tableRowsMax.toLocaleString('en')} orders`,
    `whales ${percent(whaleShare.measured)} (plan ${percent(whaleShare.planned)})`,
    ...(userCv ? [`orders per user, CV ${userCv.measured.toFixed(2)} (plan ${userCv.planned.toFixed(2)})`] : []),
  ].join('; ')
}

function sizeLines({ tables, dataset }: VerifyReport): readonly string[] {
  if (tables.length === 0) return []
  return SEEDED_FAMILIES.map((family) => {
    const own = tables.filter((table) => table.family === family)
    const shards = own.map(({ shard }) => shard)
    const whole = shards.length === dataset.shards.length
    const orders = shards.reduce((sum, shard) => sum + (dataset.shards[shard]?.orders ?? 0), 0)
    const rows = family === 'order_items' && whole ? dataset.rows.order_items : orders
    const per = (bytes: number) => `${(bytes / rows).toFixed(1)} B`
    const data = own.reduce((sum, { dataBytes }) => sum + dataBytes, 0)
    const indexes = own.reduce((sum, { indexBytes }) => sum + indexBytes, 0)
    const unit = family === 'order_items' && !whole ? 'order' : 'row'
    return `${family.padEnd(12)} ${sizeText(data)} of rows (${per(data)} a ${unit}), ${sizeText(indexes)} of indexes (${per(indexes)})`
  })
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`
}
