import { describe, expect, it } from 'vitest'
import { bytesPerRow, predictSize } from './predict-size.ts'

describe('predictSize', () => {
  // orders: 18 + 49 bytes a row, 225 rows to a page 15/16 full; index entries of 21 bytes, 756 to a full page.
  it('fills pages as InnoDB does', () => {
    expect(bytesPerRow('orders')).toBeCloseTo((16_384 / 225 + 16_384 / 756) * 1.01, 6)
  })

  it('grows with rows and tables', () => {
    const none = predictSize({ orders: 0, order_items: 0, payments: 0, idempotency_keys: 0 }, 64)
    const some = predictSize({ orders: 1e6, order_items: 2e6, payments: 1e6, idempotency_keys: 1e4 }, 64)
    expect(none.mysqlBytes).toBeGreaterThan(0)
    expect(some.mysqlBytes - none.mysqlBytes).toBeGreaterThan(1e6 * 200)
    expect(some.tableBytes.orders - none.tableBytes.orders).toBe(Math.ceil(1e6 * bytesPerRow('orders')))
    expect(some.totalBytes).toBe(some.mysqlBytes + some.searchBytes)
  })
})
