// Status by age: what has happened to an order by the data's "now". All delays are shares of the plan's settling time,
// so that every order older than that is in its final status.

import { ORDER_STATUSES, type OrderStatus, PAYMENT_STATUS_OF, PAYMENT_STATUSES } from '../../contracts/order.ts'
import type { Plan } from '../../contracts/plan.ts'
import { TWO_32 } from '../../contracts/seeded-order.ts'

const DAY_MS = 86_400_000

export interface OrderState {
  /** Position in ORDER_STATUSES. */
  status: number
  updatedAtMs: number
  /** 1 + changes of the order so far. */
  version: number
  /** Position in PAYMENT_STATUSES. */
  paymentStatus: number
  paymentUpdatedAtMs: number
  paymentVersion: number
}

const code = (status: OrderStatus) => ORDER_STATUSES.indexOf(status)
const CODE = {
  placed: code('placed'),
  paid: code('paid'),
  shipped: code('shipped'),
  completed: code('completed'),
  cancelled: code('cancelled'),
  refunded: code('refunded'),
} as const
const PAYMENT_CODE = ORDER_STATUSES.map((status) => PAYMENT_STATUSES.indexOf(PAYMENT_STATUS_OF[status]))

/** Fills `state` for an order of that age; `outcome` and `pace` are draws. Allocates nothing. */
export type Lifecycle = (state: OrderState, createdAtMs: number, outcome: number, pace: number) => void

export function lifecycleOf({ lifecycle }: Plan, nowMs: number): Lifecycle {
  const settleMs = lifecycle.settledAfterDays * DAY_MS
  const cancelledBelow = lifecycle.cancelledShare * TWO_32
  const refundedBelow = cancelledBelow + lifecycle.refundedShare * TWO_32

  return (state, createdAtMs, outcome, pace) => {
    const early = (pace & 0xffff) / 65_536
    const late = (pace >>> 16) / 65_536
    const change = (status: number, atMs: number, movesMoney: boolean) => {
      if (atMs > nowMs) return false
      state.status = status
      state.updatedAtMs = atMs
      state.version++
      if (movesMoney) {
        state.paymentUpdatedAtMs = atMs
        state.paymentVersion++
      }
      return true
    }
    const after = (share: number) => createdAtMs + Math.floor(settleMs * share)

    state.status = CODE.placed
    state.version = state.paymentVersion = 1
    state.updatedAtMs = state.paymentUpdatedAtMs = createdAtMs
    if (outcome < cancelledBelow) {
      change(CODE.cancelled, after(0.001 + 0.07 * late), true)
    } else if (
      change(CODE.paid, after(0.0001 + 0.0019 * early), true) &&
      change(CODE.shipped, after(0.02 + 0.13 * early), false)
    ) {
      if (outcome < refundedBelow) change(CODE.refunded, after(0.3 + 0.7 * late), true)
      else change(CODE.completed, after(0.25 + 0.75 * late), false)
    }
    state.paymentStatus = PAYMENT_CODE[state.status] as number
  }
}
