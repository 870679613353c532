// The search index told anew what MySQL holds: every order of a table, under its row's version. So it may run beside a relay
// and be repeated: what the index knows, or knows better, stays as it is.

import { setTimeout as sleep } from 'node:timers/promises'
import type { OrderId } from '../../contracts/order-id.ts'
import { orderDocument } from '../../contracts/search-index.ts'
import { type Shard, tableName } from '../../contracts/shard.ts'
import { columnsOf } from './columns.ts'
import { type OrderRow, orderOf } from './order-tables.ts'
import type { OutboxEvent } from './outbox-tables.ts'
import type { BulkOutcome, OrderIndex } from './search-index.ts'

const PAGE_ORDERS = 5_000
const MAX_TRIES = 12
const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 10_000

export interface ReindexSources {
  /** BIGINT as text. */
  readonly rows: (sql: string, values: readonly unknown[]) => Promise<readonly OrderRow[]>
  readonly index: Pick<OrderIndex, 'write'>
  readonly signal: AbortSignal
}

export interface Reindexed {
  readonly indexed: number
  /** Known to the index already, or newer there. */
  readonly known: number
  readonly refused: readonly { readonly orderId: OrderId; readonly reason: string }[]
}

/** After each page with the number of its orders: for a progress display. */
export async function reindexShard(
  { rows, index, signal }: ReindexSources,
  shard: Shard,
  onPage: (orders: number) => void,
): Promise<Reindexed> {
  const sql = `SELECT ${columnsOf('orders')} FROM ${tableName('orders', shard)}
    WHERE order_id > ? ORDER BY order_id LIMIT ${PAGE_ORDERS}`
  const refused: { readonly orderId: OrderId; readonly reason: string }[] = []
  let indexed = 0
  let known = 0
  let after = '0'
  for (;;) {
    signal.throwIfAborted()
    const page = await rows(sql, [after])
    const last = page.at(-1)
    if (!last) return { indexed, known, refused }
    after = last.order_id
    const events = page.map((row) => eventOf(row, shard))
    for (const { event, outcome } of await told(index, events, signal)) {
      if (outcome.kind === 'indexed') indexed++
      else if (outcome.kind === 'stale') known++
      else refused.push({ orderId: event.orderId, reason: outcome.reason })
    }
    onPage(page.length)
  }
}

interface Told {
  readonly event: OutboxEvent
  readonly outcome: BulkOutcome
}

/** What the index cannot take now is sent again at growing pauses. */
async function told(
  index: Pick<OrderIndex, 'write'>,
  events: readonly OutboxEvent[],
  signal: AbortSignal,
): Promise<readonly Told[]> {
  const done: Told[] = []
  let left = events
  let pauseMs = FIRST_PAUSE_MS
  for (let tries = 1; left.length > 0; tries++) {
    const outcomes = await index.write(left, signal)
    const answered = left.map((event, position) => ({ event, outcome: outcomes[position]! }))
    const isDone = ({ outcome }: Told) => outcome.kind !== 'retry' || tries === MAX_TRIES
    done.push(...answered.filter(isDone))
    left = answered.filter((each) => !isDone(each)).map(({ event }) => event)
    if (left.length > 0) await sleep(pauseMs, undefined, { signal })
    pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)
  }
  return done
}

function eventOf(row: OrderRow, shard: Shard): OutboxEvent {
  const order = orderOf(row)
  const { orderId, version, createdAtMs } = order
  return { shard, eventId: '0', orderId, version, document: JSON.stringify(orderDocument(order)), createdAtMs }
}
