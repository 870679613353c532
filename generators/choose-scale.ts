// The fraction of the plan to seed when nobody names one: what disk, memory and patience allow.

import type { Dataset, SeedVolume } from '../contracts/dataset.ts'
import { SHARD_COUNT } from '../contracts/shard.ts'
import { predictSize, sizeText } from './predict-size.ts'
import { meanItemsPerOrder } from './rows/order-cursor.ts'
import type { SeedDeps, SeedOptions } from './seed-options.ts'
import { keyedShare } from './store/seeded-keys.ts'

/** Orders with items, payment and search document per second on two cores; measured: docs/seeding.md. */
const ORDERS_PER_SECOND = 50_000
/** Of an order's time, by each byte that makes it wider: 30 ns of the server on one of two cores; docs/decisions/0055. */
const SHARE_OF_EXTRA_BYTE = 15e-9 * ORDERS_PER_SECOND
/** Creating 320 tables and 64 indexes, starting threads. */
export const FIXED_SECONDS = 12
/** Engines need room for logs, merges and index builds. */
const DISK_SHARE = 0.5
/** Beyond it loading waits for the disk, and the time estimate no longer holds. */
const MEMORY_SHARE = 0.5
const MIN_ORDERS_PER_TABLE = 500

export interface ScaleChoice {
  readonly scale: number
  readonly orders: number
  /** What set it, in a sentence. */
  readonly why: string
}

export interface ScaleLimits {
  /** null: unknown, no limit. */
  readonly freeDiskBytes: number | null
  readonly memoryBytes: number
  readonly timeBudgetSeconds: number
  readonly volume: SeedVolume
  /** How fast they are loaded; absent: as into the tables of the shards. */
  readonly ordersPerSecond?: number
}

export function chooseScale(limited: ScaleLimits): ScaleChoice {
  const { freeDiskBytes, memoryBytes, timeBudgetSeconds, volume } = limited
  const planOrders = volume.rowsByTable.reduce((sum, rows) => sum + rows, 0)
  const items = meanItemsPerOrder(volume.plan)
  const { extraBytesPerRow } = volume.plan.orders
  const bytesPerOrder = predictSize(
    { orders: 1, order_items: items, payments: 1, idempotency_keys: keyedShare(volume) },
    0,
    extraBytesPerRow,
  ).totalBytes
  const tableBytes = predictSize(
    { orders: 0, order_items: 0, payments: 0, idempotency_keys: 0 },
    SHARD_COUNT,
    extraBytesPerRow,
  ).mysqlBytes
  const limits = [
    { orders: planOrders, why: 'the whole plan fits' },
    {
      orders: freeDiskBytes === null ? planOrders : (freeDiskBytes * DISK_SHARE - tableBytes) / bytesPerOrder,
      why: `half of the ${sizeText(freeDiskBytes ?? 0)} of free disk`,
    },
    { orders: (memoryBytes * MEMORY_SHARE) / bytesPerOrder, why: `half of the ${sizeText(memoryBytes)} of memory` },
    {
      orders:
        Math.max(1, timeBudgetSeconds - FIXED_SECONDS) * (limited.ordersPerSecond ?? ordersPerSecond(extraBytesPerRow)),
      why: `about ${timeBudgetSeconds} s of loading`,
    },
  ]
  const tightest = limits.reduce((least, limit) => (limit.orders < least.orders ? limit : least))
  const orders = Math.max(tightest.orders, MIN_ORDERS_PER_TABLE * SHARD_COUNT)
  const scale = Math.min(1, roundDown(orders / planOrders))
  return { scale, orders: Math.round(scale * planOrders), why: tightest.why }
}

export function ordersPerSecond(extraBytesPerRow: number): number {
  return ORDERS_PER_SECOND / (1 + SHARE_OF_EXTRA_BYTE * extraBytesPerRow)
}

/** A begun data set keeps its scale unless another is asked for. */
export function scaleFor(
  { scale, timeBudgetSeconds, volume }: Pick<SeedOptions, 'scale' | 'timeBudgetSeconds' | 'volume'>,
  deps: Pick<SeedDeps, 'freeDiskBytes' | 'memoryBytes' | 'say'> & Pick<ScaleLimits, 'ordersPerSecond'>,
  stored: { readonly dataset: Pick<Dataset, 'scale'> } | null,
): number {
  if (scale !== null) return scale
  if (stored) return stored.dataset.scale
  const chosen = chooseScale({ ...deps, timeBudgetSeconds, volume })
  deps.say(`Scale ${chosen.scale}, set by ${chosen.why} (--scale overrides).`)
  return chosen.scale
}

/** To two digits, so that a scale can be typed again. */
function roundDown(scale: number): number {
  const digit = 10 ** (Math.floor(Math.log10(scale)) - 1)
  return Number((Math.floor(scale / digit) * digit).toPrecision(2))
}
