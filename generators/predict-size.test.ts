import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_EXTRA_BYTES } from '../contracts/filler-column.ts'
import { STORED_FAMILIES } from '../contracts/shard.ts'
import { bytesPerRow, predictSize } from './predict-size.ts'

describe('predictSize', () => {
  // orders: 18 + 49 bytes a row, 225 rows to a page 15/16 full; index entries of 21 bytes, 756 to a full page.
  it('fills pages as InnoDB does', () => {
    expect(bytesPerRow('orders', 0)).toBeCloseTo((16_384 / 225 + 16_384 / 756) * 1.01, 6)
  })

  // 67 + 1 + 186 bytes: 60 rows would take a byte too many each. 67 + 2 + 312: the same with 40. Of the widest, two fit.
  it.each([
    [186, 59],
    [312, 39],
    [MAX_EXTRA_BYTES, 2],
  ])('has fewer rows to a page, the wider they are: of %d bytes more, %d', (extraBytes, rows) => {
    expect(bytesPerRow('orders', extraBytes)).toBeCloseTo((16_384 / rows + 16_384 / 756) * 1.01, 6)
  })

  it('never takes less for wider rows, and of orders alone takes more', () => {
    const widths = fc.integer({ min: 0, max: MAX_EXTRA_BYTES })
    fc.assert(
      fc.property(widths, widths, (one, other) => {
        const [narrow, wide] = one < other ? [one, other] : [other, one]
        expect(bytesPerRow('orders', wide)).toBeGreaterThanOrEqual(bytesPerRow('orders', narrow))
        for (const family of STORED_FAMILIES.filter((each) => each !== 'orders')) {
          expect(bytesPerRow(family, wide)).toBe(bytesPerRow(family, 0))
        }
      }),
    )
  })

  it('grows with rows, tables and width', () => {
    const none = predictSize({ orders: 0, order_items: 0, payments: 0, idempotency_keys: 0 }, 64, 0)
    const rows = { orders: 1e6, order_items: 2e6, payments: 1e6, idempotency_keys: 1e4 }
    const some = predictSize(rows, 64, 0)
    expect(none.mysqlBytes).toBeGreaterThan(0)
    expect(some.mysqlBytes - none.mysqlBytes).toBeGreaterThan(1e6 * 200)
    expect(some.tableBytes.orders - none.tableBytes.orders).toBe(Math.ceil(1e6 * bytesPerRow('orders', 0)))
    expect(some.totalBytes).toBe(some.mysqlBytes + some.searchBytes)
    const wide = predictSize(rows, 64, 200)
    expect(wide.tableBytes.orders - none.tableBytes.orders).toBe(Math.ceil(1e6 * bytesPerRow('orders', 200)))
    expect(wide.totalBytes - some.totalBytes).toBe(wide.tableBytes.orders - some.tableBytes.orders)
  })
})
