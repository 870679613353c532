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
    if (outcome < cancelledBelow) {
      const cancelledAtMs = createdAtMs + Math.floor(settleMs * (0.001 + 0.07 * late))
      if (cancelledAtMs > nowMs) return set(state, CODE.placed, createdAtMs, 1, createdAtMs, 1)
      return set(state, CODE.cancelled, cancelledAtMs, 2, cancelledAtMs, 2)
    }
    const paidAtMs = createdAtMs + Math.floor(settleMs * (0.0001 + 0.0019 * early))
    if (createdAtMs + settleMs <= nowMs && outcome >= refundedBelow) {
      // Nearly every order of a long history: no need to look at what lies between.
      const completedAtMs = createdAtMs + Math.floor(settleMs * (0.25 + 0.75 * late))
      return set(state, CODE.completed, completedAtMs, 4, paidAtMs, 2)
    }
    if (paidAtMs > nowMs) return set(state, CODE.placed, createdAtMs, 1, createdAtMs, 1)
    const shippedAtMs = createdAtMs + Math.floor(settleMs * (0.02 + 0.13 * early))
    if (shippedAtMs > nowMs) return set(state, CODE.paid, paidAtMs, 2, paidAtMs, 2)
    if (outcome < refundedBelow) {
      const refundedAtMs = createdAtMs + Math.floor(settleMs * (0.3 + 0.7 * late))
      if (refundedAtMs > nowMs) return set(state, CODE.shipped, shippedAtMs, 3, paidAtMs, 2)
      return set(state, CODE.refunded, refundedAtMs, 4, refundedAtMs, 3)
    }
    const completedAtMs = createdAtMs + Math.floor(settleMs * (0.25 + 0.75 * late))
    if (completedAtMs > nowMs) return set(state, CODE.shipped, shippedAtMs, 3, paidAtMs, 2)
    return set(state, CODE.completed, completedAtMs, 4, paidAtMs, 2)
  }
}

function set(
  state: OrderState,
  status: number,
  updatedAtMs: number,
  version: number,
  paymentUpdatedAtMs: number,
  paymentVersion: number,
): void {
  state.status = status
  state.updatedAtMs = updatedAtMs
  state.version = version
  state.paymentStatus = PAYMENT_CODE[status] as number
  state.paymentUpdatedAtMs = paymentUpdatedAtMs
  state.paymentVersion = paymentVersion
}
