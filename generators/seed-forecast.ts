// What a seed run will write and need, shown before the first row; too little disk is refused with the numbers.

import { Refusal } from '../contracts/refusal.ts'
import { SHARD_COUNT, TABLE_FAMILIES } from '../contracts/shard.ts'
import { type DatasetDraft, ordersOf } from './build-dataset.ts'
import { FIXED_SECONDS, ORDERS_PER_SECOND } from './choose-scale.ts'
import { gigabytes, predictSize, type SizePrediction } from './predict-size.ts'
import { meanItemsPerOrder } from './rows/order-cursor.ts'
import type { SeedDeps, SeedOptions } from './seed-options.ts'
import { type Lane, remainingShare } from './store/lanes.ts'

/** Logs, merges and the sorted index build need room beside the data. */
const DISK_RESERVE = 1.15
const DISK_RESERVE_BYTES = 1.5e9

/** Of this run's shards. */
export function forecast(draft: DatasetDraft, { volume, shards }: SeedOptions): SizePrediction {
  const orders = ordersOf({ ...draft, shards: draft.shards.filter(({ shard }) => shards.includes(shard)) })
  const items = Math.round(orders * meanItemsPerOrder(volume.plan))
  const rows = { orders, order_items: items, payments: orders }
  return predictSize(rows, shards.length * TABLE_FAMILIES.length)
}

export function sayForecast(
  draft: DatasetDraft,
  { rows, mysqlBytes, searchBytes }: SizePrediction,
  lanes: readonly Lane[],
  { volume, shards }: SeedOptions,
  { freeDiskBytes, say }: SeedDeps,
): void {
  const open = remainingShare(lanes)
  const tables = draft.shards.filter(({ shard }) => shards.includes(shard)).map(({ orders }) => orders)
  const part = shards.length < SHARD_COUNT ? ` (shards ${shards[0]} … ${shards.at(-1)} of ${SHARD_COUNT})` : ''
  const total = rows.orders + rows.order_items + rows.payments
  const minutes = (FIXED_SECONDS + (open * rows.orders) / ORDERS_PER_SECOND) / 60
  say(`${whole(total)} rows of ${volume.years} years${part}: ${whole(rows.orders)} orders with items and payments,`)
  say(
    `  ${whole(Math.min(...tables))} to ${whole(Math.max(...tables))} orders per table, seed ${draft.seed}, scale ${draft.scale}`,
  )
  const free = freeDiskBytes === null ? 'the engines run elsewhere' : `${gigabytes(freeDiskBytes)} GB are free`
  say(`  about ${gigabytes(mysqlBytes)} GB in MySQL and ${gigabytes(searchBytes)} GB in Elasticsearch; ${free}`)
  if (open < 1) say(`  ${((1 - open) * 100).toFixed(1)} % of them are there already: this run writes the rest`)
  say(`  about ${minutes < 2 ? `${Math.ceil(minutes * 60)} s` : `${Math.ceil(minutes)} min`} on two cores`)
}

export function refuseSmallDisk(
  { totalBytes }: SizePrediction,
  lanes: readonly Lane[],
  freeDiskBytes: number | null,
): void {
  const needed = totalBytes * remainingShare(lanes) * DISK_RESERVE + DISK_RESERVE_BYTES
  if (freeDiskBytes === null || needed <= freeDiskBytes) return
  throw new Refusal({
    what: 'too little free disk for this data set',
    why: [`${gigabytes(needed)} GB needed (data, logs and index builds), ${gigabytes(freeDiskBytes)} GB free`],
    wayOut: 'Free some, or seed less: --scale 0.001 takes a thousandth of the plan.',
  })
}

function whole(value: number): string {
  return value.toLocaleString('en')
}
