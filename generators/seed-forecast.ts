// What a seed run will write and need, shown before the first row; too little disk is refused with the numbers.

import { Refusal } from '../contracts/refusal.ts'
import { STORED_FAMILIES } from '../contracts/shard.ts'
import { type DatasetDraft, expectedItems, ordersOf } from './build-dataset.ts'
import { FIXED_SECONDS, ordersPerSecond } from './choose-scale.ts'
import { predictSize, type SizePrediction, sizeText } from './predict-size.ts'
import type { SeedDeps, SeedOptions } from './seed-options.ts'
import { shardText } from './shard-text.ts'
import { type Lane, remainingShare } from './store/lanes.ts'
import { keyedShare } from './store/seeded-keys.ts'

/** Logs, merges and the sorted index build need room beside the data. */
const DISK_RESERVE = 1.15
const DISK_RESERVE_BYTES = 1.5e9

/** Of this run's shards. */
export function forecast(draft: DatasetDraft, { volume, shards }: SeedOptions): SizePrediction {
  const orders = ordersOf({ ...draft, shards: draft.shards.filter(({ shard }) => shards.includes(shard)) })
  const keys = Math.round(orders * keyedShare(draft))
  const rows = { orders, order_items: expectedItems(orders, volume.plan), payments: orders, idempotency_keys: keys }
  return predictSize(rows, shards.length, volume.plan.orders.extraBytesPerRow)
}

export function sayForecast(
  draft: DatasetDraft,
  { rows, tableBytes, mysqlBytes, searchBytes }: SizePrediction,
  lanes: readonly Lane[],
  { volume, shards }: SeedOptions,
  { freeDiskBytes, say }: Pick<SeedDeps, 'freeDiskBytes' | 'say'>,
): void {
  const tables = draft.shards.filter(({ shard }) => shards.includes(shard)).map(({ orders }) => orders)
  const total = rows.orders + rows.order_items + rows.payments
  say(`${whole(total)} rows of ${volume.years} years: ${whole(rows.orders)} orders with items and payments,`)
  say(
    `  in ${shardText(shards)}, ${whole(Math.min(...tables))} to ${whole(Math.max(...tables))} orders per table, seed ${draft.seed}, scale ${draft.scale}`,
  )
  const free = freeDiskBytes === null ? 'the engines run elsewhere' : `${sizeText(freeDiskBytes)} are free`
  say(`  about ${sizeText(mysqlBytes)} in MySQL and ${sizeText(searchBytes)} in Elasticsearch; ${free}`)
  const { extraBytesPerRow } = volume.plan.orders
  if (extraBytesPerRow > 0) say(`  each order ${extraBytesPerRow} bytes wider than its columns, as the plan says`)
  say(`  ${STORED_FAMILIES.map((family) => `${family} ${sizeText(tableBytes[family])}`).join(', ')}`)
  say(`  ${restOf(rows.orders, remainingShare(lanes), ordersPerSecond(extraBytesPerRow))}`)
}

export function timeText(seconds: number): string {
  return seconds < 120 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`
}

/** What a run of `orders` still has to do, and how long that takes. */
function restOf(orders: number, open: number, perSecond: number): string {
  if (open === 0) return 'every row is there already: what is left is to build indexes'
  const seconds = FIXED_SECONDS + (open * orders) / perSecond
  const time = `about ${timeText(seconds)} on two cores`
  return open === 1 ? time : `${((1 - open) * 100).toFixed(1)} % are there already; the rest takes ${time}`
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
    why: [`${sizeText(needed)} needed (data, logs and index builds), ${sizeText(freeDiskBytes)} free`],
    wayOut: 'Free some, or seed less: --scale 0.001 takes a thousandth of the plan.',
  })
}

function whole(value: number): string {
  return value.toLocaleString('en')
}
