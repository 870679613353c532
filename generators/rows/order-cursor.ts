// Reads the orders of one shard in primary-key order, each a pure function of (plan, seed, shard, row). The row loop of
// everything the seeder writes: one object is filled again and again, nothing is allocated.

import { priceOf } from '../../contracts/catalogue.ts'
import { type Dataset, type SeededShard, wholeOrdersOf } from '../../contracts/dataset.ts'
import type { PAYMENT_METHODS } from '../../contracts/order.ts'
import { assertOrderTime, ORDER_ID_EPOCH_MS } from '../../contracts/order-id.ts'
import type { Plan } from '../../contracts/plan.ts'
import {
  draw,
  HOUR_MS,
  hourOfRow,
  offsetInHourMs,
  rowsBeforeHourEnd,
  STREAM,
  streamKey,
  TWO_32,
  userOfDraw,
} from '../../contracts/seeded-order.ts'
import { type Lifecycle, lifecycleOf, type OrderState } from './lifecycle.ts'
import { ROW_STREAM } from './row-streams.ts'
import { choose, thresholds } from './weighted-choice.ts'

const QUANTITY_WEIGHTS = [0.78, 0.16, 0.06] as const
const METHOD_WEIGHTS = [0.62, 0.28, 0.1] as const satisfies { readonly length: (typeof PAYMENT_METHODS)['length'] }

const ID_SPLIT = 10_000_000
const ID_PER_MS = 2 ** 22
const ID_PER_SHARD = 2 ** 16

export class OrderCursor implements OrderState {
  row = -1
  /** The order id is idHigh · 10^7 + idLow: past 2^53 one number cannot hold it, and a BigInt is slow. */
  idHigh = 0
  idLow = 0
  createdAtMs = 0
  userId = 0
  region = 0
  channel = 0
  method = 0
  itemCount = 0
  amountCents = 0
  status = 0
  updatedAtMs = 0
  version = 0
  paymentStatus = 0
  paymentUpdatedAtMs = 0
  paymentVersion = 0
  readonly productIds: Int32Array
  readonly quantities: Int32Array
  /** By product id; position 0 is unused. */
  readonly prices: Float64Array

  readonly #dataset: Dataset
  readonly #table: SeededShard
  readonly #lifecycle: Lifecycle
  readonly #regions: readonly number[]
  readonly #channels: readonly number[]
  readonly #itemCounts: readonly number[]
  readonly #quantities = thresholds(QUANTITY_WEIGHTS)
  readonly #methods = thresholds(METHOD_WEIGHTS)
  readonly #keys: Readonly<Record<keyof typeof ROW_STREAM | keyof typeof STREAM, number>>
  readonly #productKeys: Int32Array
  readonly #quantityKeys: Int32Array
  readonly #wholeOrders: number
  #hour = 0
  #hourFirstRow = 0
  #hourRows = 0

  constructor(dataset: Dataset, plan: Plan, shard: number) {
    const table = dataset.shards[shard]
    if (!table) throw new RangeError(`no shard ${shard}`)
    const maxItems = plan.items.countWeights.length
    const key = (stream: number) => streamKey(dataset.seed, stream, shard)
    this.#dataset = dataset
    this.#table = table
    this.#wholeOrders = wholeOrdersOf(table)
    this.#lifecycle = lifecycleOf(plan, dataset.endMs)
    this.#regions = thresholds(plan.regions.map(({ weight }) => weight))
    this.#channels = thresholds(plan.channelWeights)
    this.#itemCounts = thresholds(plan.items.countWeights)
    this.#keys = Object.fromEntries(
      Object.entries({ ...STREAM, ...ROW_STREAM }).map(([name, stream]) => [name, key(stream)]),
    ) as Record<keyof typeof ROW_STREAM | keyof typeof STREAM, number>
    this.#productKeys = Int32Array.from({ length: maxItems }, (_, line) => key(ROW_STREAM.product + line))
    this.#quantityKeys = Int32Array.from({ length: maxItems }, (_, line) => key(ROW_STREAM.quantity + line))
    this.productIds = new Int32Array(maxItems)
    this.quantities = new Int32Array(maxItems)
    this.prices = Float64Array.from({ length: dataset.productCount + 1 }, (_, productId) => priceOf(productId))
  }

  /** The next `next()` reads this row. */
  seek(row: number): void {
    this.row = row - 1
    this.#enterHour(hourOfRow(this.#dataset.cumulativeOrdersByHour, this.#wholeOrders, row))
  }

  /** Moves to the next row and fills every field. */
  next(): void {
    const row = ++this.row
    while (row >= this.#hourFirstRow + this.#hourRows) this.#enterHour(this.#hour + 1)
    const jitter = draw(this.#keys.jitter, row)
    const offsetMs = offsetInHourMs(row - this.#hourFirstRow, this.#hourRows, jitter)
    this.createdAtMs = this.#dataset.startMs + this.#hour * HOUR_MS + offsetMs
    this.#composeId()
    this.#readUser()
    this.#readPlace()
    this.#readItems()
    this.#readState()
  }

  get orderId(): string {
    return `${this.idHigh}${String(this.idLow).padStart(7, '0')}`
  }

  #readUser(): void {
    this.userId = userOfDraw(this.#dataset, this.#table, draw(this.#keys.user, this.row))
  }

  #readPlace(): void {
    this.region = choose(this.#regions, draw(this.#keys.region, this.row))
    this.channel = choose(this.#channels, draw(this.#keys.channel, this.row))
  }

  /** Status by age, and how it was paid. */
  #readState(): void {
    this.method = choose(this.#methods, draw(this.#keys.method, this.row))
    this.#lifecycle(this, this.createdAtMs, draw(this.#keys.outcome, this.row), draw(this.#keys.pace, this.row))
  }

  /** Items and their sum. Popular products have small numbers: the u-th quantile is product u². */
  #readItems(): void {
    const row = this.row
    const count = choose(this.#itemCounts, draw(this.#keys.itemCount, row)) + 1
    let amountCents = 0
    for (let line = 0; line < count; line++) {
      const u = draw(this.#productKeys[line] as number, row) / TWO_32
      const productId = 1 + Math.floor(u * u * this.#dataset.productCount)
      const quantity = 1 + choose(this.#quantities, draw(this.#quantityKeys[line] as number, row))
      this.productIds[line] = productId
      this.quantities[line] = quantity
      amountCents += quantity * (this.prices[productId] as number)
    }
    this.itemCount = count
    this.amountCents = amountCents
  }

  #enterHour(hour: number): void {
    const { cumulativeOrdersByHour } = this.#dataset
    this.#hour = hour
    this.#hourFirstRow = rowsBeforeHourEnd(cumulativeOrdersByHour, this.#wholeOrders, hour - 1)
    this.#hourRows = rowsBeforeHourEnd(cumulativeOrdersByHour, this.#wholeOrders, hour) - this.#hourFirstRow
  }

  /** composeOrderId(worker 0, sequence 0) in two exact halves. */
  #composeId(): void {
    assertOrderTime(this.createdAtMs)
    const ms = this.createdAtMs - ORDER_ID_EPOCH_MS
    const high = Math.floor(ms / ID_SPLIT)
    const low = (ms - high * ID_SPLIT) * ID_PER_MS + this.#table.shard * ID_PER_SHARD
    const carry = Math.floor(low / ID_SPLIT)
    this.idHigh = high * ID_PER_MS + carry
    this.idLow = low - carry * ID_SPLIT
  }
}

/** Mean items per order that a plan asks for: what the generated rows are tested against. */
export function meanItemsPerOrder(plan: Plan): number {
  return plan.items.countWeights.reduce((sum, weight, at) => sum + weight * (at + 1), 0)
}
