// Gives the monolith's old orders their ids, chunk by chunk beside a monolith that works: a row that has one is left alone, so
// a run that was killed goes on where it was. A payment's row gets its order's id and its place among the attempts to pay.

import { LEGACY_KINDS, LEGACY_ORDERS_TABLE } from '../../../contracts/legacy-tables.ts'
import { dateTimeText } from '../../../contracts/legacy-text.ts'
import { ORDER_ID_EPOCH_MS, type OrderId } from '../../../contracts/order-id.ts'
import { Refusal } from '../../../contracts/refusal.ts'
import { contextFor } from '../../telemetry/call-context.ts'
import { isMysqlError } from '../mysql-errors.ts'
import type { MysqlLane } from '../mysql-lane.ts'
import { firstIdsFor, freeIdFor, type OldOrder } from './old-order-ids.ts'

const CHUNK_ORDERS = 500
const CHUNK_LIMIT_MS = 30_000
/** Of an order that several of its second stand before; more are looked at when all of these are taken. */
const CANDIDATES = 8
const MAX_TRIES = 5

/** Without an id `order_rows` has them together, in the order of their numbers. */
const SELECT_NEXT = `SELECT id, user_id, UNIX_TIMESTAMP(create_time) AS created_s FROM ${LEGACY_ORDERS_TABLE}
  WHERE order_id IS NULL AND payment_no = 0 AND kind = ${LEGACY_KINDS.product} AND id > ? ORDER BY id LIMIT ${CHUNK_ORDERS}`
const SELECT_PAYMENTS = `SELECT id, parent_id FROM ${LEGACY_ORDERS_TABLE}
  WHERE parent_id IN (?) AND kind = ${LEGACY_KINDS.payment} ORDER BY parent_id, id`
const SELECT_TAKEN = `SELECT order_id FROM ${LEGACY_ORDERS_TABLE} WHERE order_id IN (?) AND payment_no = 0`
const COUNT_LEFT = `SELECT COUNT(*) AS waiting FROM ${LEGACY_ORDERS_TABLE}
  WHERE order_id IS NULL AND kind = ${LEGACY_KINDS.product}`
/** All of a chunk's rows at once, led by what is given. The times are the database's: a payment may come in between. */
const giveSql = (rows: number) => `UPDATE (SELECT ? AS row_id, ? AS given_id, ? AS given_no
  ${'UNION ALL SELECT ?, ?, ? '.repeat(rows - 1)}) AS given STRAIGHT_JOIN ${LEGACY_ORDERS_TABLE} ON id = row_id
  SET order_id = given_id, payment_no = given_no,
  created_at_ms = 1000 * UNIX_TIMESTAMP(create_time), updated_at_ms = 1000 * UNIX_TIMESTAMP(update_time)
  WHERE order_id IS NULL`

export function countWithoutId(lane: MysqlLane): Promise<number> {
  return lane
    .rows<{ readonly waiting: number | string }>(COUNT_LEFT, [], context())
    .then(([row]) => Number(row?.waiting ?? 0))
}

export interface BackfillOptions {
  readonly signal: AbortSignal
  /** So many orders have their id by this run. */
  readonly onChunk?: (done: number) => void
}

/** Resolves to the number of orders that were given one. */
export async function giveOrderIds(lane: MysqlLane, { signal, onChunk }: BackfillOptions): Promise<number> {
  let done = 0
  for (let after = 0; ; ) {
    signal.throwIfAborted()
    const orders = (await lane.rows<OrderRow>(SELECT_NEXT, [after], context())).map(oldOrderOf)
    const last = orders.at(-1)
    if (!last) return done
    refuseTooOld(orders)
    await giveIn(lane, orders)
    after = last.legacyNo
    done += orders.length
    onChunk?.(done)
  }
}

/** Ids count from a day on; what is older has none, and is nobody's to date anew but its owner's. */
function refuseTooOld(orders: readonly OldOrder[]): void {
  const tooOld = orders.find(({ createdAtSeconds }) => 1_000 * createdAtSeconds < ORDER_ID_EPOCH_MS)
  if (!tooOld) return
  throw new Refusal({
    what: `order ${tooOld.legacyNo} of the monolith is older than an order id can say`,
    why: [
      `ids begin at ${dateTimeText(ORDER_ID_EPOCH_MS)}; its create_time is ${dateTimeText(1_000 * tooOld.createdAtSeconds)}`,
    ],
    wayOut: 'Move such orders to an archive, or correct their create_time; the same command goes on then.',
  })
}

async function giveIn(lane: MysqlLane, orders: readonly OldOrder[]): Promise<void> {
  const paymentsOf = Map.groupBy(
    await lane.rows<PaymentRow>(SELECT_PAYMENTS, [orders.map(({ legacyNo }) => legacyNo)], context()),
    ({ parent_id }) => Number(parent_id),
  )
  for (let tries = 1; ; tries++) {
    const taken = await takenOf(lane, orders, tries * CANDIDATES)
    const given = orders.flatMap((order) =>
      rowsOf(order, freeIdFor(order, taken), paymentsOf.get(order.legacyNo) ?? []),
    )
    try {
      await lane.execute(giveSql(given.length), given.flat(), context())
      return
    } catch (error) {
      // Another run gave it meanwhile, or more orders of one second than were looked at; or a payment held its rows.
      const mayTry =
        isMysqlError(error, 'duplicateKey') || isMysqlError(error, 'deadlock') || isMysqlError(error, 'lockWaitTimeout')
      if (!mayTry || tries >= MAX_TRIES) throw error
    }
  }
}

async function takenOf(lane: MysqlLane, orders: readonly OldOrder[], candidates: number): Promise<Set<OrderId>> {
  const asked = new Set(orders.flatMap((order) => firstIdsFor(order, candidates)))
  const rows = await lane.rows<{ readonly order_id: OrderId }>(SELECT_TAKEN, [[...asked].map(BigInt)], context())
  return new Set(rows.map(({ order_id }) => order_id))
}

/** Row, order id, number among the payments: the product's is 0. */
function rowsOf(order: OldOrder, orderId: OrderId, payments: readonly PaymentRow[]) {
  const id = BigInt(orderId)
  return [[order.legacyNo, id, 0], ...payments.map((payment, at) => [BigInt(payment.id), id, at + 1])]
}

interface OrderRow {
  readonly id: string
  readonly user_id: string
  readonly created_s: number | string
}

interface PaymentRow {
  readonly id: string
  readonly parent_id: string
}

function oldOrderOf({ id, user_id, created_s }: OrderRow): OldOrder {
  return { legacyNo: Number(id), userId: Number(user_id), createdAtSeconds: Number(created_s) }
}

function context() {
  return contextFor('prepare', CHUNK_LIMIT_MS)
}
