// A store in memory, as far as comparison and import ask one: what is tested with it is who decides what, not SQL.

import { compareOrderIds, type OrderId } from '../../contracts/order-id.ts'
import type { IdPage, Mark, OrderSnapshot, OwnedOrderStore, ParkedOrder } from '../storage/order-store.ts'

export class RememberedStore {
  readonly orders = new Map<OrderId, OrderSnapshot>()
  readonly unreadable = new Map<OrderId, string>()
  readonly marks = new Map<OrderId, Mark>()
  /** Of orders. */
  beforeLook: () => void = () => {}
  afterLook: () => void = () => {}
  readonly #pageSize: number

  constructor(pageSize = 10) {
    this.#pageSize = pageSize
  }

  put(...snapshots: readonly OrderSnapshot[]): void {
    for (const snapshot of snapshots) this.orders.set(snapshot.order.orderId, snapshot)
  }

  /** Only what is asked here: anything else is a mistake of the test. */
  get store(): OwnedOrderStore {
    const known: Partial<OwnedOrderStore> = {
      snapshots: async (orderIds) => {
        this.beforeLook()
        const unreadable = orderIds.flatMap((orderId) => this.#unreadable(orderId))
        const readable = orderIds.filter((orderId) => !this.unreadable.has(orderId))
        const whole = readable.flatMap((orderId) => this.orders.get(orderId) ?? [])
        this.afterLook()
        return { whole, unreadable }
      },
      idsAfter: async (after) => this.#page(after),
      marksOf: async (orderIds) => orderIds.flatMap((orderId) => this.marks.get(orderId) ?? []),
      absorb: async (snapshots) => snapshots.map((snapshot) => this.#take(snapshot, (here, there) => here < there)),
      overwrite: async (snapshots) => snapshots.map((snapshot) => this.#take(snapshot, (here, there) => here <= there)),
      parked: async () => [],
      setAside: async (orders) => {
        for (const { orderId, version, reason } of orders)
          this.marks.set(orderId, { orderId, version, parkedReason: reason })
      },
    }
    return known as OwnedOrderStore
  }

  #unreadable(orderId: OrderId): readonly ParkedOrder[] {
    const reason = this.unreadable.get(orderId)
    return reason === undefined ? [] : [{ orderId, reason }]
  }

  #page(after: OrderId | null): IdPage {
    const all = [...new Set([...this.orders.keys(), ...this.unreadable.keys()])].toSorted(compareOrderIds)
    const later = all.filter((orderId) => after === null || compareOrderIds(orderId, after) > 0)
    const orderIds = later.slice(0, this.#pageSize)
    return { orderIds, upTo: later.length > this.#pageSize ? (orderIds.at(-1) ?? null) : null }
  }

  #take(snapshot: OrderSnapshot, mayReplace: (here: number, there: number) => boolean) {
    const { orderId, version } = snapshot.order
    const here = this.orders.get(orderId)
    if (here && !mayReplace(here.order.version, version)) return { orderId, outcome: 'newer' as const }
    this.put(snapshot)
    return { orderId, outcome: 'stored' as const }
  }
}
