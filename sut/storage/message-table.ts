// order_messages: changes that others have still to be told of, in both formats, stored with the change itself. A table of its
// own beside the outbox of the search index: neither waits for what the other one tells.

import { legacyNumberOf } from '../../contracts/legacy-number.ts'
import { LEGACY_ORDERS_TABLE } from '../../contracts/legacy-tables.ts'
import { MESSAGES_TABLE } from '../../contracts/migration-tables.ts'
import { ORDER_STATUSES, type Order } from '../../contracts/order.ts'
import type { OrderEvent } from '../../contracts/order-event.ts'
import type { OrderId } from '../../contracts/order-id.ts'
import type { OrderDocument } from '../../contracts/search-index.ts'
import type { StoreName } from '../../contracts/switches.ts'
import type { CallContext } from '../telemetry/call-context.ts'
import type { MysqlLane, Session, Statement } from './mysql-lane.ts'
import { eventValues } from './outbox-tables.ts'
import { SELECT_NUMBERS } from './sharded-store/legacy-numbers-table.ts'

const AT_ONCE = 200
const REASON_LENGTH = 200
const INSERT = `INSERT INTO ${MESSAGES_TABLE} (order_id, version, document, at_ms) VALUES (?, ?, ?, ?)`
/** Locked until they are told and gone: another process that tells too waits, and finds the next ones. */
const SELECT_OLDEST = `SELECT message_id, order_id, version, document, at_ms FROM ${MESSAGES_TABLE}
  WHERE parked_reason IS NULL ORDER BY message_id LIMIT ${AT_ONCE} FOR UPDATE`
const SELECT_ANY = `SELECT message_id FROM ${MESSAGES_TABLE} WHERE parked_reason IS NULL LIMIT 1`
const DELETE = `DELETE FROM ${MESSAGES_TABLE} WHERE message_id IN (?)`
const PARK = `UPDATE ${MESSAGES_TABLE} SET parked_reason = ? WHERE message_id = ?`
const SELECT_BACKLOG = `SELECT COUNT(*) - COUNT(parked_reason) AS waiting, COUNT(parked_reason) AS parked,
  MIN(IF(parked_reason IS NULL, at_ms, NULL)) AS oldest FROM ${MESSAGES_TABLE}`

/** Of orders whose number does not follow from their id: they were born in the monolith. */
const NUMBERS_OF: Readonly<Record<StoreName, string>> = {
  legacy: `SELECT order_id, id AS legacy_no FROM ${LEGACY_ORDERS_TABLE} WHERE order_id IN (?) AND payment_no = 0`,
  sharded: SELECT_NUMBERS,
}

/** On one server of one store. */
export interface MessageOutbox {
  readonly store: StoreName
  readonly lane: MysqlLane
}

export interface NumberedEvent {
  readonly event: OrderEvent
  /** By which the old format knows the order. */
  readonly orderNo: number
}

export interface Told {
  readonly told: number
  readonly parked: readonly { readonly orderId: OrderId; readonly reason: string }[]
}

interface MessageRow {
  readonly message_id: string
  readonly order_id: OrderId
  readonly version: number
  readonly document: string
  readonly at_ms: string
}

export function messageInsert(order: Order): Statement {
  return { sql: INSERT, values: eventValues(order) }
}

export async function hasMessages({ lane }: MessageOutbox, context: CallContext): Promise<boolean> {
  return (await lane.rows(SELECT_ANY, [], context)).length > 0
}

/** The oldest, given to `publish` in their order, and taken away once it has resolved; if it rejects they all stay. */
export function tellOldest(
  { store, lane }: MessageOutbox,
  publish: (events: readonly NumberedEvent[]) => Promise<void>,
  context: CallContext,
): Promise<Told> {
  return lane.transaction(context, async (session) => {
    const rows = await session.rows<MessageRow>(SELECT_OLDEST, [])
    if (rows.length === 0) return { told: 0, parked: [] }
    const numbers = await numbersOf(session, store, rows)
    const judged = rows.map((row) => ({ row, understood: numbered(row, numbers.get(row.order_id)) }))
    const told = judged.flatMap(({ understood }) => (typeof understood === 'string' ? [] : [understood]))
    if (told.length > 0) await publish(told)
    const parked = judged.flatMap(({ row, understood }) =>
      typeof understood === 'string' ? [{ row, reason: understood }] : [],
    )
    await session.executeAll([
      ...parked.map(({ row, reason }) => ({
        sql: PARK,
        values: [reason.slice(0, REASON_LENGTH), BigInt(row.message_id)],
      })),
      ...deletes(judged.filter(({ understood }) => typeof understood !== 'string').map(({ row }) => row)),
    ])
    return { told: told.length, parked: parked.map(({ row, reason }) => ({ orderId: row.order_id, reason })) }
  })
}

function deletes(rows: readonly MessageRow[]): readonly Statement[] {
  return rows.length === 0 ? [] : [{ sql: DELETE, values: [rows.map(({ message_id }) => BigInt(message_id))] }]
}

async function numbersOf(
  session: Session,
  store: StoreName,
  rows: readonly MessageRow[],
): Promise<ReadonlyMap<OrderId, number>> {
  const own = rows.map(({ order_id }) => [order_id, legacyNumberOf(order_id)] as const)
  const asked = [...new Set(own.filter(([, number]) => number === null).map(([orderId]) => orderId))]
  const found =
    asked.length === 0
      ? []
      : await session.rows<{ readonly order_id: OrderId; readonly legacy_no: string }>(NUMBERS_OF[store], [
          asked.map(BigInt),
        ])
  return new Map([
    ...own.flatMap(([orderId, number]) => (number === null ? [] : [[orderId, number] as const])),
    ...found.map(({ order_id, legacy_no }) => [order_id, Number(legacy_no)] as const),
  ])
}

/** Text: why it can be told to nobody. */
function numbered(row: MessageRow, orderNo: number | undefined): NumberedEvent | string {
  if (orderNo === undefined) return 'the order has no number for the old format'
  const { user_id, status: code, amount_cents } = JSON.parse(row.document) as Partial<OrderDocument>
  const status = ORDER_STATUSES[code ?? -1]
  if (status === undefined) return `there is no status ${code}`
  if (user_id === undefined || amount_cents === undefined) return 'the document is not that of an order'
  const { order_id: orderId, version } = row
  return {
    orderNo,
    event: { orderId, version, userId: user_id, status, amountCents: amount_cents, atMs: Number(row.at_ms) },
  }
}

export interface MessageBacklog {
  readonly waiting: number
  readonly parked: number
  /** null: none waits. */
  readonly oldestAtMs: number | null
}

export async function messageBacklog({ lane }: MessageOutbox, context: CallContext): Promise<MessageBacklog> {
  const [row] = await lane.rows<{
    readonly waiting: number | string
    readonly parked: number | string
    readonly oldest: string | null
  }>(SELECT_BACKLOG, [], context)
  return {
    waiting: Number(row?.waiting ?? 0),
    parked: Number(row?.parked ?? 0),
    oldestAtMs: row?.oldest ? Number(row.oldest) : null,
  }
}
