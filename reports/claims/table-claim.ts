// The claim the design rests on: no order table passes its row limit within the horizon.

import type { Claim, TableProjection } from '../../contracts/capacity.ts'
import { SHARD_COUNT } from '../../contracts/shard.ts'
import { compact, exact, percent, probability, significant } from '../quantity.ts'

export function tableClaim(tables: TableProjection): Claim {
  const horizon = tables.months.at(-1)
  const fullest = tables.tables[tables.fullestShard]?.projectedRows ?? 0
  const over = tables.tables.filter(({ projectedRows }) => projectedRows > tables.limit).length
  const bounds = horizon?.rowsInFullest
  return {
    id: 'rows-per-table',
    subject: 'tables',
    claim: `Every one of the ${SHARD_COUNT} order tables holds at most ${compact(tables.limit)} rows at the end of ${horizon?.month ?? 'the horizon'}.`,
    verdict: tables.verdict,
    value: Math.round(fullest),
    target: tables.limit,
    bound: 'at-most',
    unit: 'rows',
    evidence: `${exact(Math.round(fullest))} rows in the fullest table (orders_${String(tables.fullestShard).padStart(2, '0')})`,
    interval: bounds === undefined ? null : { low: bounds.low, high: bounds.high },
    samples: null,
    basis: 'planned',
    reason: [
      over > 0
        ? `${over} of ${SHARD_COUNT} tables pass the limit in the mid case, the first in ${tables.crossing.mid ?? 'the last month'}.`
        : `The fullest table stays ${percent(1 - fullest / tables.limit)} below the limit in the mid case.`,
      crossings(tables.crossing),
      `P(any table over the limit) = ${probability(tables.probabilityAnyTableExceeds)}.`,
      ...(tables.decideBy === null ? [] : [`The last month to decide on more tables is ${tables.decideBy}.`]),
      `The fullest table holds ${significant(tables.fullestOverMean, 4)} times the mean.`,
    ].join(' '),
  }
}

function crossings({ low, mid, high }: TableProjection['crossing']): string {
  const when = (month: string | null) => month ?? 'not within the horizon'
  return `Crossing with low growth: ${when(low)}; mid: ${when(mid)}; high: ${when(high)}.`
}
