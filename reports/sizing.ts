// What the plan's peak and its years ask for: copies of the measured machine, tiers, data. Always a range and its rule.

import type { FlowCapacity, MixCapacity, SizingRow } from '../contracts/capacity.ts'
import type { ResolvedPlan } from '../contracts/plan.ts'
import { bufferPool } from './sizing/buffer-pool.ts'
import { diskRows } from './sizing/disk-rows.ts'
import { machineRows } from './sizing/machine-rows.ts'
import { memoryRows } from './sizing/memory-rows.ts'
import { type Measured, peakStream } from './sizing/peak-stream.ts'
import { searchRows } from './sizing/search-rows.ts'
import { sizingRow } from './sizing/sizing-row.ts'
import { dataAtHorizon, storedData } from './sizing/stored-data.ts'
import { tierRows } from './sizing/tier-rows.ts'

export interface SizingInput extends Measured {
  readonly resolved: ResolvedPlan
  readonly flows: readonly FlowCapacity[]
  readonly mix: MixCapacity | null
}

export function sizing(input: SizingInput): readonly SizingRow[] {
  const { resolved, measurements, flows, mix } = input
  const stored = storedData(resolved, measurements)
  const dataBytes = dataAtHorizon(resolved, measurements)
  const pool = bufferPool(resolved.plan, dataBytes)
  const stream = peakStream(input, resolved)
  const orders = sizingRow(resolved.totalOrders, {
    group: 'data',
    what: 'Orders after the horizon',
    unit: 'rows',
    basis: 'planned',
    rule: 'the plan: start rate, growth, promotions',
  })
  return [
    ...machineRows(resolved, flows, mix),
    ...(stream === null ? [] : tierRows(resolved.plan, stream)),
    ...(stream === null ? [] : diskRows(stream)),
    ...memoryRows(measurements),
    orders,
    ...stored.rows,
    pool.row,
    ...(measurements.sizes === null ? [] : searchRows(resolved, measurements.sizes)),
  ]
}
