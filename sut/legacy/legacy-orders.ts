// What the old interfaces do, whoever does it: the monolith on its own database, or what takes its place.

import type { LegacyDetail, LegacyList, LegacyOrderState } from '../../contracts/legacy-api.ts'
import type { CallContext } from '../telemetry/call-context.ts'

export interface SubmitOrder {
  readonly userId: number
  readonly submitToken: string
  readonly channel: number
  readonly region: number
  readonly payMethod: number
  readonly lines: readonly { readonly productId: number; readonly quantity: number }[]
}

export interface OwnOrder {
  readonly userId: number
  readonly orderNo: number
}

export type SettleEvent = 'pay' | 'cancel'

export interface LegacyOrders {
  list(
    page: { readonly userId: number; readonly page: number; readonly size: number },
    context: CallContext,
  ): Promise<LegacyList>
  /** null: this user has no such order. */
  detail(asked: OwnOrder, context: CallContext): Promise<LegacyDetail | null>
  submit(order: SubmitOrder, context: CallContext): Promise<LegacyOrderState>
  /** null: this user has no such order. */
  settle(asked: OwnOrder & { readonly event: SettleEvent }, context: CallContext): Promise<LegacyOrderState | null>
}

/** For `timed`. */
export const LEGACY_OPERATIONS = { list: 'timed', detail: 'timed', submit: 'timed', settle: 'timed' } as const
