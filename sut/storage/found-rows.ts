// What a store has already of the orders that it is to absorb: their versions and payments, and who has their numbers and keys.

import type { OrderId } from '../../contracts/order-id.ts'
import type { KeyOfUser, OrderSnapshot } from './order-store.ts'

/** Rows of any of the statements that look, told apart by `kind`. `order_id` is null in rows that `prepare` has not reached. */
export type PresentRow =
  | { readonly kind: 'order'; readonly order_id: OrderId; readonly version: number }
  | { readonly kind: 'payment'; readonly order_id: OrderId; readonly payment_no: number }
  | { readonly kind: 'number'; readonly order_id: OrderId | null; readonly legacy_no: string }
  | { readonly kind: 'key'; readonly order_id: OrderId; readonly user_id: string; readonly key_hash: Buffer }

export class FoundRows {
  readonly #versions = new Map<OrderId, number>()
  readonly #payments = new Map<OrderId, Set<number>>()
  readonly #ownersOfNumbers = new Map<string, OrderId | null>()
  readonly #numbers = new Map<OrderId, string>()
  readonly #ownersOfKeys = new Map<string, OrderId>()

  constructor(rows: readonly PresentRow[]) {
    for (const row of rows) this.#add(row)
  }

  /** undefined: the order is not there. */
  versionOf(orderId: OrderId): number | undefined {
    return this.#versions.get(orderId)
  }

  paymentsOf(orderId: OrderId): ReadonlySet<number> {
    return this.#payments.get(orderId) ?? new Set()
  }

  /** What of the order is another's already; null: nothing. `ownNumber`: whether it must be called here what it is there. */
  clashOf({ order, legacyNo, key }: OrderSnapshot, ownNumber: 'as-it-is' | 'whatever'): string | null {
    const number = String(legacyNo)
    const owner = this.#ownersOfNumbers.get(number)
    if (owner !== undefined && owner !== order.orderId) return `its number ${number} is that of ${orderName(owner)}`
    const known = this.#numbers.get(order.orderId)
    if (ownNumber === 'as-it-is' && known !== undefined && known !== number)
      return `it is called ${number}, and here ${known}`
    const keyed = key ? this.#ownersOfKeys.get(nameOfKey(key)) : undefined
    return keyed === undefined || keyed === order.orderId ? null : `its key is that of ${orderName(keyed)}`
  }

  #add(row: PresentRow): void {
    if (row.kind === 'order') this.#versions.set(row.order_id, row.version)
    else if (row.kind === 'payment') this.#paymentsIn(row.order_id).add(row.payment_no)
    else if (row.kind === 'number') {
      this.#ownersOfNumbers.set(row.legacy_no, row.order_id)
      if (row.order_id !== null) this.#numbers.set(row.order_id, row.legacy_no)
    } else this.#ownersOfKeys.set(nameOfKey({ userId: Number(row.user_id), keyHash: row.key_hash }), row.order_id)
  }

  #paymentsIn(orderId: OrderId): Set<number> {
    const payments = this.#payments.get(orderId) ?? new Set()
    this.#payments.set(orderId, payments)
    return payments
  }
}

function nameOfKey({ userId, keyHash }: KeyOfUser): string {
  return `${userId}/${keyHash.toString('hex')}`
}

function orderName(orderId: OrderId | null): string {
  return orderId === null ? 'a row without an order id' : `order ${orderId}`
}
