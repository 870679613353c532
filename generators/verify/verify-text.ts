// What a verification says to a person: findings with samples first, the verdict last.

import { STORED_FAMILIES, type StoredFamily } from '../../contracts/shard.ts'
import { sizeText } from '../predict-size.ts'
import { shardText } from '../shard-text.ts'
import { keyedShare } from '../store/seeded-keys.ts'
import type { SkewFigures } from './skew-check.ts'
import type { VerifyReport } from './verify.ts'

export function verifyText(report: VerifyReport): string {
  const { ok, findings, liveOrders, searchCompared, seconds, seededRows, shards, skew } = report
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
      ? `Verified: ${seededRows.toLocaleString('en')} seeded rows of ${shardText(shards)}, every check holds (${seconds.toFixed(1)} s)`
      : `Verification FAILED: ${findings.length} ${findings.length === 1 ? 'finding' : 'findings'} (${seconds.toFixed(1)} s)`,
  ]
  return `${lines.join('\n')}\n`
}

function skewLine({ tableRowsMin, tableRowsMax, whaleShare, userCv }: SkewFigures): string {
  return [
    `Tables  ${tableRowsMin.toLocaleString('en')} to ${tableRowsMax.toLocaleString('en')} orders`,
    `whales ${percent(whaleShare.measured)} (plan ${percent(whaleShare.planned)})`,
    'notJudged' in userCv
      ? `orders per user not judged: ${userCv.notJudged}`
      : `orders per user, CV ${userCv.measured.toFixed(2)} (plan ${userCv.planned.toFixed(2)})`,
  ].join('; ')
}

function sizeLines({ tables, dataset }: VerifyReport): readonly string[] {
  if (tables.length === 0) return []
  return STORED_FAMILIES.map((family) => {
    const own = tables.filter((table) => table.family === family)
    const shards = own.map(({ shard }) => shard)
    const whole = shards.length === dataset.shards.length
    const orders = shards.reduce((sum, shard) => sum + (dataset.shards[shard]?.orders ?? 0), 0)
    const rows = family === 'order_items' && whole ? dataset.rows.order_items : orders * shareWithRow(family, dataset)
    const per = (bytes: number) => `${(bytes / rows).toFixed(1)} B`
    const data = own.reduce((sum, { dataBytes }) => sum + dataBytes, 0)
    const indexes = own.reduce((sum, { indexBytes }) => sum + indexBytes, 0)
    const unit = family === 'order_items' && !whole ? 'order' : 'row'
    return `${family.padEnd(16)} ${sizeText(data)} of rows (${per(data)} a ${unit}), ${sizeText(indexes)} of indexes (${per(indexes)})`
  })
}

/** The part of the orders that has a row of the family. */
function shareWithRow(family: StoredFamily, dataset: VerifyReport['dataset']): number {
  return family === 'idempotency_keys' ? keyedShare(dataset) : 1
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`
}
