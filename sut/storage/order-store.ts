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
}

/** An order as it is born: id and old number come from one generator under one lease. */
export interface NewOrder extends WholeOrder {
  /** 52 bits, safe as a number: what the old interfaces call the order. */
  readonly legacyNo: number
  readonly key: StoredKey
}

/** The answer to a request's key, kept beside its order in both stores. */
export interface StoredKey {
  readonly userId: number
  readonly keyHash: Buffer
  readonly requestHash: Buffer
}

/** Whole state of one order: what is mirrored, imported, compared and repaired. Absorbing it twice or late is harmless. */
export interface OrderSnapshot {
  readonly order: Order
  readonly items: readonly OrderItem[]
  readonly payments: readonly Payment[]
  readonly legacyNo: number
  /** null: no key was sent with it (the monolith's old orders), or its window has passed. */
  readonly key: StoredKey | null
}

/** `newer`: the store already has this version or a later one. `parked`: it can never take this state, and says why. */
export type Absorbed =
  | { readonly orderId: OrderId; readonly outcome: 'stored' | 'newer' }
  | { readonly orderId: OrderId; readonly outcome: 'parked'; readonly reason: string }

/** An order that the other store has not been told of yet. */
export interface Gap {
  readonly orderId: OrderId
  readonly shard: Shard
  /** Of the order when it was marked: settling must not take away a later mark. */
  readonly version: number
  readonly sinceMs: number
}

export interface OrdersPage {
  readonly userId: number
  readonly limit: number
  readonly before?: OrderId | undefined
}

export interface OrderStore {
  /** `fenced`: not open for this epoch, and nothing was stored. `key-taken`: read the stored answer. */
  place(order: NewOrder, guard: WriteGuard | null, context: CallContext): Promise<'stored' | 'key-taken' | 'fenced'>
  /** `overtaken`: the order is no longer what `before` says, and nothing was changed. */
  change(
    before: WholeOrder,
    after: WholeOrder,
    guard: WriteGuard | null,
    context: CallContext,
  ): Promise<'stored' | 'overtaken' | 'fenced'>
  storedAnswer(
    key: Pick<StoredKey, 'userId' | 'keyHash'>,
    context: CallContext,
  ): Promise<{ readonly requestHash: Buffer; readonly orderId: OrderId; readonly amountCents: number } | null>
  /** null: this user has no such order. */
  find(key: { readonly orderId: OrderId; readonly userId: number }, context: CallContext): Promise<WholeOrder | null>
  /** Newest first. */
  list(page: OrdersPage, context: CallContext): Promise<readonly Order[]>
  /** Of any users, in no particular order. */
  byIds(orderIds: readonly OrderId[], context: CallContext): Promise<readonly Order[]>
  /** Orders that are not there are left out. */
  snapshots(orderIds: readonly OrderId[], context: CallContext): Promise<readonly OrderSnapshot[]>
  /** Never moves an order to an older version, and marks no gap. Not fenced: it only repeats what the authority decided. */
  absorb(snapshots: readonly OrderSnapshot[], context: CallContext): Promise<readonly Absorbed[]>
  /** Oldest first, parked ones left out. */
  gaps(limit: number, context: CallContext): Promise<readonly Gap[]>
  /** Takes away marks up to the version given; a later mark stays. */
  settle(gaps: readonly Gap[], context: CallContext): Promise<void>
}
