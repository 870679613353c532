// A new order of the monolith: product row, payment row and items in one transaction. The user's row is locked first, so
// that two submissions of one page come one after the other: `idx_token` is not unique and would let both in.

import { centsOfDecimal, decimalOfCents } from '../../contracts/legacy-amount.ts'
import type { LegacyOrderState } from '../../contracts/legacy-api.ts'
import {
  LEGACY_ITEMS_TABLE,
  LEGACY_KINDS,
  LEGACY_ORDERS_TABLE,
  LEGACY_PRODUCTS_TABLE,
  LEGACY_STATUS,
  LEGACY_USERS_TABLE,
} from '../../contracts/legacy-tables.ts'
import { dateTimeText, legacyNickname } from '../../contracts/legacy-text.ts'
import { shardOf } from '../../contracts/shard.ts'
import { NOT_BEGUN } from '../../contracts/switches.ts'
import { SutError } from '../errors.ts'
import { Fenced, openShard } from '../storage/fence.ts'
import { isMysqlError } from '../storage/mysql-errors.ts'
import type { MysqlLane, Session } from '../storage/mysql-lane.ts'
import type { CallContext } from '../telemetry/call-context.ts'
import type { SubmitOrder } from './legacy-orders.ts'

const MAX_DEADLOCKS = 3

const LOCK_USER = `SELECT id FROM ${LEGACY_USERS_TABLE} WHERE id = ? FOR UPDATE`
/**
 * Somebody who registered elsewhere: the token says that there is such a user. Locks the row as well when another
 * submission was first; INSERT IGNORE would share that lock, and the two would wait for each other.
 */
export const INSERT_USER = `INSERT INTO ${LEGACY_USERS_TABLE} (id, nickname) VALUES (?, ?) ON DUPLICATE KEY UPDATE id = id`
export const SELECT_SUBMITTED = `SELECT id, amount FROM ${LEGACY_ORDERS_TABLE}
  WHERE user_id = ? AND submit_token = ? AND kind = ${LEGACY_KINDS.product} ORDER BY id LIMIT 1`
const SELECT_PRICES = `SELECT id, price FROM ${LEGACY_PRODUCTS_TABLE} WHERE id IN (?)`
const INSERT_ORDER = `INSERT INTO ${LEGACY_ORDERS_TABLE}
  (kind, parent_id, user_id, status, channel, region, item_count, amount, pay_method, submit_token, create_time, update_time)
  VALUES (?)`
const INSERT_ITEMS = `INSERT INTO ${LEGACY_ITEMS_TABLE} (order_id, line_no, product_id, quantity, unit_price) VALUES ?`
const SELECT_ID = 'SELECT LAST_INSERT_ID() AS id'

export interface Submitted extends LegacyOrderState {
  /** False: this page was submitted before. */
  readonly isNew: boolean
}

export async function submitOrder(
  lane: MysqlLane,
  order: SubmitOrder,
  nowMs: number,
  context: CallContext,
): Promise<Submitted> {
  for (let deadlocks = 0; ; deadlocks++) {
    try {
      return await lane.transaction(context, (session) => store(session, order, nowMs))
    } catch (error) {
      if (!isMysqlError(error, 'deadlock') || deadlocks >= MAX_DEADLOCKS) throw error
    }
  }
}

async function store(session: Session, order: SubmitOrder, nowMs: number): Promise<Submitted> {
  const { userId, submitToken } = order
  const [users, open] = await session.rowsOfEach([
    { sql: LOCK_USER, values: [userId] },
    openShard(shardOf(userId), NOT_BEGUN.epoch),
  ])
  // A migration has begun: numbers are given otherwise now, and this code may write no longer.
  if (open?.length === 0) throw new Fenced()
  if (users?.length === 0) await session.execute(INSERT_USER, [userId, legacyNickname(userId)])
  const [before] = await session.rows<{ readonly id: string; readonly amount: string }>(SELECT_SUBMITTED, [
    userId,
    submitToken,
  ])
  // Whatever it says this time: nobody compares the two.
  if (before) return { orderNo: Number(before.id), status: LEGACY_STATUS.open, amount: before.amount, isNew: false }
  const items = await pricedItems(session, order)
  const amount = decimalOfCents(items.reduce((sum, { quantity, price }) => sum + quantity * centsOfDecimal(price), 0))
  const orderNo = await insertRows(session, order, amount, dateTimeText(nowMs))
  const rows = items.map(({ productId, quantity, price }, at) => [orderNo, at + 1, productId, quantity, price])
  await session.execute(INSERT_ITEMS, [rows])
  return { orderNo, status: LEGACY_STATUS.open, amount, isNew: true }
}

/** Both are open, and of one amount: from here on nothing but the monolith's own code keeps them in step. */
async function insertRows(
  session: Session,
  { userId, submitToken, channel, region, payMethod, lines }: SubmitOrder,
  amount: string,
  now: string,
): Promise<number> {
  const { product, payment } = LEGACY_KINDS
  const common = [userId, LEGACY_STATUS.open, channel, region, lines.length, amount]
  await session.execute(INSERT_ORDER, [[product, null, ...common, null, submitToken, now, now]])
  const [inserted] = await session.rows<{ readonly id: string }>(SELECT_ID, [])
  const orderNo = Number(inserted?.id)
  await session.execute(INSERT_ORDER, [[payment, orderNo, ...common, payMethod, null, now, now]])
  return orderNo
}

export async function pricedItems(session: Pick<Session, 'rows'>, { lines }: Pick<SubmitOrder, 'lines'>) {
  const found = await session.rows<{ readonly id: number; readonly price: string }>(SELECT_PRICES, [
    [...new Set(lines.map(({ productId }) => productId))],
  ])
  const prices = new Map(found.map(({ id, price }) => [id, price]))
  return lines.map(({ productId, quantity }) => {
    const price = prices.get(productId)
    if (price === undefined) throw new SutError('unknown-product', `there is no product ${productId}`)
    return { productId, quantity, price }
  })
}
