// One user action: what it sends, and what must be true of the answer.

import type { RefinedResponse } from 'k6/http'
import type { Dice } from '../contracts/dice.ts'
import type { OrderStatus } from '../contracts/order.ts'
import type { SeededOrder } from '../contracts/seeded-order.ts'
import type { Settings } from './parse-settings.ts'
import type { Catalogue } from './workload.ts'

export type Response = RefinedResponse<'text'>

export interface OperationContext {
  readonly settings: Settings
  readonly runId: string
  readonly catalogue: Catalogue
  /** The order this request is about, or whose user it is about. */
  readonly order: SeededOrder
  /** As its user left it; null: a seeded order, which others may have changed. */
  readonly status: OrderStatus | null
  readonly iteration: number
  readonly dice: Dice
}

/** A request that is ready to go: everything that costs time here happens before it is due. */
export interface PreparedRequest {
  send(): Response
  /** The first thing that is wrong with the answer, or null. Called for the expected status only. */
  wrong(body: unknown): string | null
  readonly expectedStatus: number
  readonly idempotencyKey?: string
  /** A right answer acknowledges an order: its id and its new status. */
  readonly isChange?: true
}

export interface Operation {
  readonly flow: string
  prepare(context: OperationContext): PreparedRequest
}
