// Elasticsearch: primaries and disk for the orders of the horizon.

import type { SizingRow } from '../../contracts/capacity.ts'
import type { ElasticAnswer } from '../../contracts/capacity-model/elastic.ts'
import type { EngineSizes } from '../../contracts/measurement.ts'
import type { Interval, ResolvedPlan } from '../../contracts/plan.ts'
import { ORDER_INDEX_SETTINGS } from '../../contracts/search-index.ts'
import { elasticShards, MAX_SHARD_BYTES, MAX_SHARD_DOCUMENTS } from '../capacity-model/elastic-shards.ts'
import { bytes, compact, plural, range, significant } from '../quantity.ts'
import { sizingRow } from './sizing-row.ts'

/** One copy may be lost. */
const REPLICAS = 1

export function searchRows(
  resolved: ResolvedPlan,
  { searchBytes, searchDocuments }: EngineSizes,
): readonly SizingRow[] {
  if (searchDocuments === 0) return []
  const bytesPerDocument = searchBytes / searchDocuments
  const at = (level: keyof Interval) => planFor(resolved, level, bytesPerDocument)
  const cases = { low: at('low'), mid: at('mid'), high: at('high') }
  const each = (figure: (answer: ElasticAnswer) => number) => ({
    low: figure(cases.low),
    mid: figure(cases.mid),
    high: figure(cases.high),
  })
  const { bySize, byDocuments } = cases.mid.singleIndexPrimaries
  const monthly = each(({ primaries }) => primaries)
  const measured = `${significant(bytesPerDocument)} bytes measured per document`
  return [
    sizingRow(each(singleIndex), {
      group: 'data',
      what: 'Elasticsearch primaries, one index',
      unit: 'shards',
      basis: 'extrapolated',
      rule: `at most ${bytes(MAX_SHARD_BYTES)} (asks for ${bySize}) and ${compact(MAX_SHARD_DOCUMENTS)} documents a shard (asks for ${byDocuments}), ${measured}; the index is cut by quarter, a new quarter has ${ORDER_INDEX_SETTINGS.number_of_shards}`,
      rejected: [
        `an index per month asks for ${range(monthly.low, monthly.high)} primaries: it sheds old months whole, but every search without a time range asks all of them`,
      ],
    }),
    sizingRow(
      each(({ totalBytes }) => totalBytes),
      {
        group: 'data',
        what: `Search index on disk, with ${plural(REPLICAS, 'replica')}`,
        unit: 'bytes',
        basis: 'extrapolated',
        rule: `orders × ${measured} × ${1 + REPLICAS} copies; merging needs room on top`,
      },
    ),
  ]
}

function planFor(
  { plan, months, totalOrders }: ResolvedPlan,
  level: keyof Interval,
  bytesPerDocument: number,
): ElasticAnswer {
  return elasticShards({
    documents: Math.round(totalOrders[level]),
    months: months.length,
    monthlyGrowth: (1 + plan.orders.yearlyGrowth[level]) ** (1 / 12) - 1,
    bytesPerDocument,
    replicas: REPLICAS,
    maxShardBytes: MAX_SHARD_BYTES,
    maxShardDocuments: MAX_SHARD_DOCUMENTS,
  })
}

function singleIndex({ singleIndexPrimaries }: ElasticAnswer): number {
  return Math.max(singleIndexPrimaries.bySize, singleIndexPrimaries.byDocuments)
}
