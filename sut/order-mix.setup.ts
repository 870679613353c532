// Users of a system that moves: old and new interfaces through nginx, and a note of what was acknowledged to them.

import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { LEGACY_ROUTES } from '../contracts/legacy-api.ts'
import { legacyNumberOf } from '../contracts/legacy-number.ts'
import { STORE_NAMES } from '../contracts/switches.ts'
import type { MigratedSystem } from './migrated-system.setup.ts'
import type { OrderSnapshot, OrderStore, OwnNumberKey } from './storage/order-store.ts'
import { contextFor } from './telemetry/call-context.ts'

export const CHECKOUT = {
  channel: 'app',
  region: 1,
  paymentMethod: 'card',
  items: [{ productId: 5, quantity: 2 }],
} as const

export interface Acknowledged {
  readonly userId: number
  readonly legacyNo: number
  /** null: the answer to its payment did not say. */
  isPaid: boolean | null
}

export interface MixOptions {
  /** What was not acknowledged is sent again with the same key, until it is: processes are killed under them. */
  readonly insists?: boolean
}

const RETRY_MS = 100
const MAX_TRIES = 600

/** Users who place an order by one of the two interfaces, look at it, pay it by the other, and so on until they are stopped. */
export class OrderMix {
  readonly acknowledged: Acknowledged[] = []
  readonly failures: string[] = []
  /** Requests, whatever became of them. */
  sent = 0
  readonly #migrated: MigratedSystem
  readonly #insists: boolean
  readonly #stopping = new AbortController()

  constructor(migrated: MigratedSystem, { insists = false }: MixOptions = {}) {
    this.#migrated = migrated
    this.#insists = insists
  }

  /** They are at it for as long as `work` takes, however it ends. */
  async during(users: readonly number[], work: () => Promise<unknown>): Promise<void> {
    const running = users.map((userId) => this.#shop(userId))
    try {
      await work()
    } finally {
      this.#stopping.abort()
      await Promise.all(running)
    }
  }

  async #shop(userId: number): Promise<void> {
    for (let nth = userId; !this.#stopping.signal.aborted; nth++) {
      const order = await this.#placed(userId, nth)
      if (order) {
        this.acknowledged.push(order)
        await this.#look(order)
        if (nth % 3 === 0) await this.#pay(order)
      }
      await sleep(30)
    }
  }

  /** Under one key, which is one order however often it is sent. */
  async #placed(userId: number, nth: number): Promise<Acknowledged | null> {
    const key = randomUUID()
    for (let tries = 1; ; tries++) {
      const order = await (nth % 2 === 0 ? this.#submit(userId, key) : this.#checkout(userId, key))
      if (order || !this.#insists || tries === MAX_TRIES) return order
      await sleep(RETRY_MS)
    }
  }

  async #submit(userId: number, page: string): Promise<Acknowledged | null> {
    const answer = await this.#ask('submit.do', () => this.#migrated.submit(userId, page))
    if (!answer) return null
    const { code, msg, data } = answer
    if (code !== 0 || !data) return this.#failed(`submit.do ${code} ${msg}`)
    return { userId, legacyNo: data.orderNo, isPaid: false }
  }

  async #checkout(userId: number, key: string): Promise<Acknowledged | null> {
    const { system } = this.#migrated
    const request = { method: 'POST', path: '/v1/app/orders', user: userId, key, body: CHECKOUT } as const
    const placed = await this.#ask('checkout', () => system.call(request))
    if (!placed) return null
    if (placed.status !== 201) return this.#failed(`checkout ${placed.status} ${placed.body.message}`)
    const legacyNo = legacyNumberOf(placed.body.orderId)
    return legacyNo === null ? this.#failed('an order without a number') : { userId, legacyNo, isPaid: false }
  }

  async #look({ userId, legacyNo }: Acknowledged): Promise<void> {
    const answer = await this.#ask('detail.do', () =>
      this.#migrated.old(LEGACY_ROUTES.detail, { orderNo: legacyNo }, userId),
    )
    if (answer && answer.code !== 0) this.#failed(`detail.do ${answer.code} ${answer.msg}`)
  }

  async #pay(order: Acknowledged): Promise<void> {
    const { userId, legacyNo } = order
    const answer = await this.#ask('pay.do', () => this.#migrated.old(LEGACY_ROUTES.pay, { orderNo: legacyNo }, userId))
    order.isPaid = answer?.code === 0 ? true : null
    if (answer && answer.code !== 0) this.#failed(`pay.do ${answer.code} ${answer.msg}`)
  }

  /** null: no answer came. */
  async #ask<T>(what: string, ask: () => Promise<T>): Promise<T | null> {
    this.sent++
    try {
      return await ask()
    } catch (error) {
      return this.#failed(`${what}: ${error}`)
    }
  }

  #failed(what: string): null {
    this.failures.push(what)
    return null
  }
}

/** Everything that was acknowledged is there, as it was told last, and each order is in both stores once and the same. */
export async function expectAllInBoth(migrated: MigratedSystem, { acknowledged }: OrderMix): Promise<void> {
  await expect.poll(() => migrated.gaps(), { timeout: 30_000, interval: 100 }).toBe(0)
  const numbers = (await migrated.numbersIn('legacy')).toSorted((one, other) => one - other)
  expect((await migrated.numbersIn('sharded')).toSorted((one, other) => one - other)).toEqual(numbers)
  expect(new Set(numbers).size).toBe(numbers.length)
  expect(new Set(acknowledged.map(({ legacyNo }) => legacyNo)).size).toBe(acknowledged.length)
  for (const { isPaid, ...key } of acknowledged) {
    const [one, other] = await Promise.all(STORE_NAMES.map((name) => wholeIn(migrated.stores[name], key)))
    expect(one?.legacyNo).toBe(key.legacyNo)
    expect(other).toEqual(one)
    if (isPaid !== null) expect(one?.order.status).toBe(isPaid ? 'paid' : 'placed')
  }
}

async function wholeIn(store: OrderStore, key: OwnNumberKey): Promise<OrderSnapshot | undefined> {
  const orderId = await store.numbered(key, contextFor('test', 20_000))
  return orderId === null ? undefined : (await store.snapshots([orderId], contextFor('test', 20_000))).whole[0]
}
