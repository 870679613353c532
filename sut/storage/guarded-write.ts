// How an order is written into a store, whichever it is: all or nothing, and what became of it said in one word.

import type { Order } from '../../contracts/order.ts'
import type { CallContext } from '../telemetry/call-context.ts'
import { isFenced } from './fence.ts'
import { gapMark } from './gap-table.ts'
import { messageInsert } from './message-table.ts'
import { isMysqlError } from './mysql-errors.ts'
import type { MysqlLane, Session, Statement } from './mysql-lane.ts'
import type { OrderStore, WriteGuard } from './order-store.ts'

type Placed = Awaited<ReturnType<OrderStore['place']>>
type Changed = Awaited<ReturnType<OrderStore['change']>>

/** Asked when a statement was refused: whether the request's key was the cause. */
export interface KeyLookUp {
  readonly isStored: () => Promise<boolean>
  /** By a transaction that has not ended yet. */
  readonly isBeingWritten: () => Promise<boolean>
}

export async function placeAll(
  lane: MysqlLane,
  statements: readonly Statement[],
  key: KeyLookUp,
  context: CallContext,
): Promise<Placed> {
  try {
    await lane.commitAll(statements, context)
    return 'stored'
  } catch (error) {
    if (isFenced(error)) return 'fenced'
    if (isMysqlError(error, 'duplicateKey') && (await key.isStored())) return 'key-taken'
    // Another process holds the uncommitted row of this key, or somebody else the whole table.
    if (isMysqlError(error, 'lockWaitTimeout') && (await key.isBeingWritten())) return 'key-in-flight'
    throw error
  }
}

/** Of the order's new state, for the other store and for who reads the old format. */
export function marksOf(order: Order, guard: WriteGuard | null): readonly Statement[] {
  return [...(guard?.markGap ? [gapMark(order)] : []), ...(guard?.tellsOld ? [messageInsert(order)] : [])]
}

/** Thrown inside the transaction, so that what was changed so far is undone. */
class Overtaken extends Error {}

export interface Change {
  /** Of the order and of its payment: each must find its row as it was read. */
  readonly updates: readonly Statement[]
  readonly event: Statement
  /** The event goes first: it holds the fence, and what comes after it is undone with it. */
  readonly isFenced: boolean
  /** What others are to be told: it goes last, in one round trip. */
  readonly marks: readonly Statement[]
}

export async function changeAll(lane: MysqlLane, change: Change, context: CallContext): Promise<Changed> {
  try {
    await lane.transaction(context, (session) => changeIn(session, change))
    return 'stored'
  } catch (error) {
    if (isFenced(error)) return 'fenced'
    if (error instanceof Overtaken || isMysqlError(error, 'deadlock')) return 'overtaken'
    throw error
  }
}

async function changeIn(session: Session, { updates, event, isFenced: isFirst, marks }: Change): Promise<void> {
  if (isFirst) await session.execute(event.sql, event.values)
  for (const { sql, values } of updates) {
    if ((await session.execute(sql, values)) !== 1) throw new Overtaken()
  }
  if (!isFirst) await session.execute(event.sql, event.values)
  await session.executeAll(marks)
}
