// One user action: what it sends, and what must be true of the answer.

import type { RefinedResponse } from 'k6/http'
import type { Dice } from '../contracts/dice.ts'
import type { OrderStatus } from '../contracts/order.ts'
import type { AskedOrder } from '../contracts/workload.ts'
import type { Settings } from './parse-settings.ts'
import type { Catalogue } from './workload.ts'

export type Response = RefinedResponse<'text'>

export interface OperationContext {
  readonly settings: Settings
  readonly runId: string
  readonly catalogue: Catalogue
  /** The order this request is about, or whose user it is about. */
  readonly order: AskedOrder
  /** As its user left it; null: a seeded order, which others may have changed. */
  readonly status: OrderStatus | null
  readonly iteration: number
  readonly dice: Dice
}

/** A request that is ready to go: everything that costs time here happens before it is due. */
export interface PreparedRequest {
  send(): Response
  /** To be waited for before it is sent; absent: nothing is sealed. */
  seal?(): Promise<void>
  /** The first thing that is wrong with the answer, or null. Called for the expected status only. */
  wrong(body: unknown): string | null
  readonly expectedStatus: number
  readonly idempotencyKey?: string
  /** What a right answer says of the order that it placed or changed; absent: nothing was changed. */
  acknowledges?(body: unknown): Acknowledged
}

export interface Acknowledged {
  /** As the target calls it. */
  readonly orderId: string
  /** null: the target has other statuses. */
  readonly status: OrderStatus | null
}

/** Of answers that name both. */
export function acknowledgedOrder(body: unknown): Acknowledged {
  const { orderId, status } = body as { readonly orderId: string; readonly status: OrderStatus }
  return { orderId, status }
}

export interface Operation {
  readonly flow: string
  prepare(context: OperationContext): PreparedRequest
}
