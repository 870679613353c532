// How much of the plan's volume stood in the tables while the load ran, and what a smaller volume does not prove.

import type { Seeding } from '../contracts/capacity.ts'
import type { Dataset } from '../contracts/dataset.ts'
import { FULL_SHARE, type Ladder } from '../contracts/ladder.ts'
import type { Measurements } from '../contracts/measurement.ts'
import type { ResolvedPlan } from '../contracts/plan.ts'
import { compact, percent } from './quantity.ts'

/** From here on the volume counts as whole: users' activity is drawn, so no shard has exactly its planned rows. */
const WHOLE_SHARE = 0.99

export function seeding(
  resolved: ResolvedPlan,
  dataset: Dataset | null,
  measurements: Measurements,
  ladder: Ladder | null,
): Seeding {
  const plannedOrders = resolved.totalOrders.mid
  const counted = measurements.tables.reduce((sum, { orders }) => sum + orders, 0)
  const countedOrders = measurements.tables.length > 0 ? counted : null
  const seededOrders = dataset?.rows.orders ?? null
  const present = countedOrders ?? seededOrders
  const shareOfPlan = present === null ? null : Math.min(1, present / plannedOrders)
  const fullShards = dataset?.fullShards ?? []
  return {
    plannedOrders,
    seededOrders,
    countedOrders,
    shareOfPlan,
    fullShards,
    extraBytesPerRow: {
      planned: resolved.plan.orders.extraBytesPerRow,
      seeded: dataset === null ? null : (dataset.extraBytesPerRow ?? 0),
    },
    notProven: notProven(shareOfPlan, resolved, measurements, ladder),
  }
}

function notProven(
  shareOfPlan: number | null,
  resolved: ResolvedPlan,
  measurements: Measurements,
  ladder: Ladder | null,
): string[] {
  if (shareOfPlan !== null && shareOfPlan >= WHOLE_SHARE) return []
  const limit = compact(resolved.plan.rowsPerTableLimit)
  const largest = measurements.tables.reduce((most, { orders }) => Math.max(most, orders), 0)
  const measuredRows = largest > 0 ? compact(largest) : 'an unknown number of'
  const share = shareOfPlan === null ? 'an unknown share' : percent(shareOfPlan)
  if (largest >= FULL_SHARE * resolved.plan.rowsPerTableLimit) {
    const wasWorkedOn = ladder?.studies.some(({ seconds }) => seconds !== null) ?? false
    return [
      `What full tables do to each other: ${share} of the data had memory, disk and redo log of the server to itself.`,
      ...(wasWorkedOn ? [] : ['Backup and schema-change times of full tables.']),
    ]
  }
  return [
    `Latency at ${limit} rows per table: these figures were measured with at most ${measuredRows} rows in a table.`,
    `Disk and cache misses: ${share} of the data is far more likely to be in memory than all of it.`,
    'Index depth, redo and checkpoint pressure, and backup or schema-change times of full tables.',
  ]
}
