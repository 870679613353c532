import { describe, expect, it } from 'vitest'
import {
  isStatusPair,
  orderStatusOfRow,
  paymentStatusOfRow,
  rowStatusOfOrder,
  rowStatusOfPayment,
} from './legacy-status.ts'
import { LEGACY_STATUS } from './legacy-tables.ts'
import { ORDER_STATUSES, PAYMENT_STATUS_OF, PAYMENT_STATUSES } from './order.ts'

describe('the map of the mixed status', () => {
  it('leads every status there and back', () => {
    for (const status of ORDER_STATUSES) expect(orderStatusOfRow(rowStatusOfOrder(status))).toBe(status)
    for (const status of PAYMENT_STATUSES) expect(paymentStatusOfRow(rowStatusOfPayment(status))).toBe(status)
  })

  it('holds the pairs that the books allow, and no other', () => {
    for (const order of ORDER_STATUSES) {
      for (const payment of PAYMENT_STATUSES) {
        expect(isStatusPair(order, payment)).toBe(PAYMENT_STATUS_OF[order] === payment)
      }
    }
  })

  it('reads the same number differently in the two kinds of rows, and knows no number beside the monolith’s', () => {
    expect([orderStatusOfRow(LEGACY_STATUS.closed), paymentStatusOfRow(LEGACY_STATUS.closed)]).toEqual([
      'cancelled',
      'voided',
    ])
    expect(orderStatusOfRow(7)).toBeUndefined()
    expect(paymentStatusOfRow(LEGACY_STATUS.shipped)).toBeUndefined()
  })
})
