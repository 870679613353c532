// What keeps whole orders: two stores, the monolith's tables and the 64 sharded ones, behind one contract and one suite of
// tests. Services ask the switch board which of them to read and to write; a store knows nothing of phases.

import type { Order, OrderItem, Payment } from '../../contracts/order.ts'
import type { OrderId } from '../../contracts/order-id.ts'
import type { Shard } from '../../contracts/shard.ts'
import type { CallContext } from '../telemetry/call-context.ts'
import type { WholeOrder } from './whole-order.ts'

/** What a write shows to the store's fence, in its own transaction. */
export interface WriteGuard {
  /** The epoch that the writer believes in: a store that is not open for it refuses. */
  readonly epoch: number
  /** The order is marked as dirty in the same transaction, for the store that follows. */
  readonly markGap: boolean
  /** A message of it is stored in the same transaction, for who still reads the old format. */
  readonly tellsOld: boolean
}

/** An order as it is born. Its old number follows from its id (contracts/legacy-number.ts). */
export interface NewOrder extends WholeOrder {
  readonly key: StoredKey
}

/** Which request an order is the answer to: kept beside the order in both stores. */
export interface StoredKey extends KeyOfUser {
  readonly requestHash: Buffer
}

export interface KeyOfUser {
  readonly userId: number
  readonly keyHash: Buffer
}

export interface KeyedOrder {
  readonly requestHash: Buffer
  readonly orderId: OrderId
  readonly amountCents: number
}

/** Whole state of one order: what is mirrored, imported, compared and repaired. Absorbing it twice or late is harmless. */
export interface OrderSnapshot {
  readonly order: Order
  readonly items: readonly OrderItem[]
  /** By their number: the last attempt to pay is the last. */
  readonly payments: readonly Payment[]
  readonly legacyNo: number
  /** null: no key was sent with it (the monolith's old orders), or its window has passed. */
  readonly key: StoredKey | null
}

/** An order whose state no other store can take, and why: it waits for a person, and holds up nothing else. */
export interface ParkedOrder {
  readonly orderId: OrderId
  readonly reason: string
}

export interface Snapshots {
  /** Orders that are not there are left out. */
  readonly whole: readonly OrderSnapshot[]
  /** Whose rows make no order: a status that nobody knows, no payment, no number. */
  readonly unreadable: readonly ParkedOrder[]
}

/** `newer`: the store already has this version or a later one. `parked`: it can never take this state, and says why. */
export type Absorbed =
  | { readonly orderId: OrderId; readonly outcome: 'stored' | 'newer' }
  | ({ readonly outcome: 'parked' } & ParkedOrder)

/** An order in a version that was reached in one store. */
export interface OrderVersion {
  readonly orderId: OrderId
  readonly version: number
}

/** An order that the other store has not been told of yet. */
export interface Gap extends OrderVersion {
  readonly shard: Shard
  /** Since when the other store is behind with it. */
  readonly sinceMs: number
}

/** How far the other store is behind. */
export interface Backlog {
  /** Parked ones left out. */
  readonly gaps: number
  /** Of the shards that have any, in their order. */
  readonly gapsByShard: readonly { readonly shard: Shard; readonly gaps: number }[]
  readonly parked: number
  /** Of the gaps; null: there is none. */
  readonly oldestSinceMs: number | null
}

export const NO_BACKLOG: Backlog = { gaps: 0, gapsByShard: [], parked: 0, oldestSinceMs: null }

export interface OwnOrderKey {
  readonly orderId: OrderId
  readonly userId: number
}

/** By the number under which the old interfaces know it. */
export interface OwnNumberKey {
  readonly userId: number
  readonly legacyNo: number
}

export interface OwnOrdersPage {
  readonly userId: number
  readonly limit: number
  readonly before?: OrderId | undefined
}

/** As the old interfaces know it. */
export interface NumberedOrder extends WholeOrder {
  readonly legacyNo: number
}

export interface NumberedPage {
  /** Of this user, on all pages. */
  readonly total: number
  /** Newest first. */
  readonly orders: readonly NumberedOrder[]
}

export interface OffsetPage {
  readonly userId: number
  readonly limit: number
  readonly offset: number
}

export interface OrderStore {
  /**
   * `fenced`: not open for this epoch, and nothing was stored. `key-taken`: read the stored answer. `key-in-flight`: somebody
   * else is storing an order for this key.
   */
  place(
    order: NewOrder,
    guard: WriteGuard | null,
    context: CallContext,
  ): Promise<'stored' | 'key-taken' | 'key-in-flight' | 'fenced'>
  /** `overtaken`: the order is no longer what `before` says, and nothing was changed. */
  change(
    before: WholeOrder,
    after: WholeOrder,
    guard: WriteGuard | null,
    context: CallContext,
  ): Promise<'stored' | 'overtaken' | 'fenced'>
  storedAnswer(key: KeyOfUser, context: CallContext): Promise<KeyedOrder | null>
  /** null: this user has no such order. */
  find(key: OwnOrderKey, context: CallContext): Promise<WholeOrder | null>
  /** Newest first. */
  list(page: OwnOrdersPage, context: CallContext): Promise<readonly Order[]>
  /** Of any users, in no particular order. */
  byIds(orderIds: readonly OrderId[], context: CallContext): Promise<readonly Order[]>
  /** null: this user has no such order. It may be another user's all the same: `find` says whose it is. */
  numbered(key: OwnNumberKey, context: CallContext): Promise<OrderId | null>
  numberedPage(page: OffsetPage, context: CallContext): Promise<NumberedPage>
  snapshots(orderIds: readonly OrderId[], context: CallContext): Promise<Snapshots>
  /** Never moves an order to an older version, and marks no gap. Not fenced: it only repeats what the authority decided. */
  absorb(snapshots: readonly OrderSnapshot[], context: CallContext): Promise<readonly Absorbed[]>
  /** Oldest first, parked ones left out. */
  gaps(limit: number, context: CallContext): Promise<readonly Gap[]>
  /** Takes away marks up to the version given; a later mark stays. */
  settle(told: readonly OrderVersion[], context: CallContext): Promise<void>
  /** Keeps the marks, out of the way of the others, until the order changes again. */
  park(orders: readonly (OrderVersion & ParkedOrder)[], context: CallContext): Promise<void>
  parked(limit: number, context: CallContext): Promise<readonly (Gap & ParkedOrder)[]>
  backlog(context: CallContext): Promise<Backlog>
}

/** Some orders in the order of their ids. */
export interface IdPage {
  readonly orderIds: readonly OrderId[]
  /** No order up to here is left out; null: none at all is. */
  readonly upTo: OrderId | null
}

export interface Mark extends OrderVersion {
  /** null: the order waits to be told. */
  readonly parkedReason: string | null
}

/** What import, comparison and repair need of a store beside, with the rights of its owner: no service has them. */
export interface OwnedOrderStore extends OrderStore {
  /** About `size` orders, twice as many at most, and payments whose order is missing. null: from the first one on. */
  idsAfter(after: OrderId | null, size: number, context: CallContext): Promise<IdPage>
  /** Of these orders, parked ones too. */
  marksOf(orderIds: readonly OrderId[], context: CallContext): Promise<readonly Mark[]>
  /** As `park`, of orders that need not be marked yet. */
  setAside(orders: readonly (OrderVersion & ParkedOrder)[], context: CallContext): Promise<void>
  /**
   * As `absorb`, and what is there of the same version is replaced whole: a repair. A newer one stays. Rejects with
   * `TakesWrites` where the store is open.
   */
  overwrite(snapshots: readonly OrderSnapshot[], context: CallContext): Promise<readonly Absorbed[]>
}
