// What the orders of the horizon take on disk: computed from the columns, and extrapolated from the bytes that this run's
// tables took. Both are shown, because each is wrong in its own way.

import type { SizingRow } from '../../contracts/capacity.ts'
import type { Cases } from '../../contracts/capacity-model/interval.ts'
import type { TableAnswer } from '../../contracts/capacity-model/table-size.ts'
import { KEY_WINDOW_DAYS } from '../../contracts/idempotency.ts'
import type { EngineSizes, Measurements } from '../../contracts/measurement.ts'
import type { Plan, ResolvedPlan } from '../../contracts/plan.ts'
import { SEEDED_FAMILIES, type SeededFamily, STORED_FAMILIES, type StoredFamily } from '../../contracts/shard.ts'
import { tableShape } from '../../contracts/tables.ts'
import { mapCases } from '../capacity-model/cases.ts'
import { isRefused } from '../capacity-model/refuse.ts'
import { tableSize } from '../capacity-model/table-size.ts'
import { bytes, compact, percent, range, significant } from '../quantity.ts'
import { sizingRow } from './sizing-row.ts'

/** Below this an extent of 1 MiB more or less shows in the bytes per row. */
const SMALL_TABLE_ROWS = 1e6

export interface StoredData {
  readonly modelledBytes: Cases
  /** null: the run did not measure sizes. */
  readonly measuredBytes: Cases | null
  readonly rows: readonly SizingRow[]
}

/** Of two figures that disagree the larger one has to fit. */
export function dataAtHorizon(resolved: ResolvedPlan, measurements: Measurements): Cases {
  const { modelledBytes, measuredBytes } = storedData(resolved, measurements)
  return mapCases(Math.max, modelledBytes, measuredBytes ?? modelledBytes)
}

export function storedData(resolved: ResolvedPlan, measurements: Pick<Measurements, 'sizes' | 'tables'>): StoredData {
  const keys = keysAtHorizon(resolved)
  const modelledBytes = mapCases((orders, keyBytes) => orders + keyBytes, databaseAtHorizon(resolved), keys.bytes)
  const { sizes } = measurements
  const perOrder = sizes?.allFamiliesBytesPerOrder
  const measuredBytes =
    perOrder === undefined
      ? null
      : mapCases((orders, keyBytes) => orders * perOrder + keyBytes, resolved.totalOrders, keys.bytes)
  const modelled = sizingRow(modelledBytes, {
    group: 'data',
    what: 'Database on disk, from the columns',
    unit: 'bytes',
    basis: 'modelled',
    rule: `InnoDB pages of ${STORED_FAMILIES.join(', ')}: ${significant(modelledBytes.mid / resolved.totalOrders.mid)} bytes an order, ${keys.rule}; clustered pages filled in key order, secondary ones at random; no replica, redo or backup; an event stays in its outbox for seconds`,
  })
  if (sizes === null || measuredBytes === null) return { modelledBytes, measuredBytes: null, rows: [modelled] }
  const measured = sizingRow(measuredBytes, {
    group: 'data',
    what: 'Database on disk, from measured bytes',
    unit: 'bytes',
    basis: 'extrapolated',
    rule: `orders × ${significant(sizes.allFamiliesBytesPerOrder)} bytes measured per order of ${SEEDED_FAMILIES.join(', ')}, and the keys as computed: ${difference(measuredBytes.mid, modelledBytes.mid)}. ${atCountedRows(resolved, measurements, sizes)}`,
  })
  return { modelledBytes, measuredBytes, rows: [modelled, measured] }
}

function databaseAtHorizon({ plan, totalOrders }: ResolvedPlan): Cases {
  const at = (orders: number) => filesAt(plan, rowsPerTable(plan, orders / plan.shards))
  return { low: at(totalOrders.low).low, mid: at(totalOrders.mid).mid, high: at(totalOrders.high).high }
}

/** A key lives for its window, so these follow the rate at the horizon, not the years before it. */
function keysAtHorizon({ plan, months, totalOrders }: ResolvedPlan): { readonly bytes: Cases; readonly rule: string } {
  const month = months.at(-1)
  const perDay = month ? mapCases((orders) => orders / daysIn(month.month), month.orders) : { low: 0, mid: 0, high: 0 }
  const shareOfAll = (perDay.mid * KEY_WINDOW_DAYS) / totalOrders.mid
  const at = (orders: number): Cases => {
    const rows = (orders * KEY_WINDOW_DAYS) / plan.shards
    const { low, high } = familySize(plan, 'idempotency_keys', rows, plan.shards).totalBytes
    const pages = pagesOf(familySize(plan, 'idempotency_keys', rows, 1)).mid * plan.shards
    return { low, mid: Math.min(high, Math.max(low, pages)), high }
  }
  const bytes = { low: at(perDay.low).low, mid: at(perDay.mid).mid, high: at(perDay.high).high }
  return { bytes, rule: `keys of the last ${KEY_WINDOW_DAYS} days (${percent(shareOfAll)} of the orders)` }
}

/** Of `YYYY-MM`. */
function daysIn(month: string): number {
  const [year = 0, index = 0] = month.split('-').map(Number)
  return new Date(Date.UTC(year, index, 0)).getUTCDate()
}

/** One payment is written with its order; items follow the plan's weights. */
function rowsPerTable({ items }: Plan, orders: number): Record<SeededFamily, number> {
  const itemsPerOrder = items.countWeights.reduce((sum, weight, at) => sum + weight * (at + 1), 0)
  return { orders, order_items: orders * itemsPerOrder, payments: orders }
}

/** Ids are time-ordered, so rows arrive in the order of the primary key; keys, which begin with a user, do not. */
function familySize({ orders }: Plan, family: StoredFamily, rows: number, tables: number): TableAnswer {
  const insertOrder = family === 'idempotency_keys' ? 'random' : 'primary-key'
  const answer = tableSize({
    ...tableShape(family, orders.extraBytesPerRow),
    rows: Math.round(rows),
    tables,
    insertOrder,
  })
  if (isRefused(answer)) throw new Error(`${family}: ${answer.refused.message}`)
  return answer
}

/** Whole files. */
function filesAt(plan: Plan, rows: Readonly<Record<SeededFamily, number>>): Cases {
  const each = SEEDED_FAMILIES.map((family) => {
    const answer = familySize(plan, family, rows[family], plan.shards)
    const { low, high } = answer.totalBytes
    return { low, mid: Math.min(high, Math.max(low, pagesOf(answer).mid * plan.shards)), high }
  })
  return total(each)
}

/** Pages of the trees alone: what MySQL's statistics count. */
function pagesOf({ clusteredBytes, secondary }: TableAnswer): Cases {
  const indexes = secondary.map(({ bytes: { low, high }, typicalBytes }) => ({ low, mid: typicalBytes, high }))
  return total([{ low: clusteredBytes, mid: clusteredBytes, high: clusteredBytes }, ...indexes])
}

function total(sizes: readonly Cases[]): Cases {
  return mapCases((...each) => each.reduce((sum, size) => sum + size, 0), ...sizes)
}

/** The model tried on what is there: the only place where the two can be compared without extrapolating. */
function atCountedRows({ plan }: ResolvedPlan, { tables }: Pick<Measurements, 'tables'>, sizes: EngineSizes): string {
  const orders = tables.reduce((sum, table) => sum + table.orders, 0)
  if (orders === 0) return 'The rows of this run were not counted, so the model cannot be tried on them'
  const pages = tables.flatMap((table) => [
    pagesOf(familySize(plan, 'orders', table.orders, 1)),
    pagesOf(familySize(plan, 'order_items', table.orderItems, 1)),
    pagesOf(familySize(plan, 'payments', table.payments, 1)),
  ])
  const perOrder = mapCases((size) => size / orders, total(pages))
  const apart = sizes.allFamiliesBytesPerOrder / perOrder.mid - 1
  return (
    `For this run's own ${compact(orders)} orders the columns say ${significant(perOrder.mid)} bytes an order ` +
    `(${range(perOrder.low, perOrder.high)}): ${percent(Math.abs(apart))} ${apart < 0 ? 'more' : 'less'} than measured` +
    `${orders / tables.length < SMALL_TABLE_ROWS ? '; MySQL rounds tables this small up to whole extents' : ''}`
  )
}

function difference(measured: number, modelled: number): string {
  const share = measured / modelled - 1
  return `${bytes(Math.abs(measured - modelled))} (${percent(Math.abs(share))}) ${share < 0 ? 'below' : 'above'} the columns' figure`
}
