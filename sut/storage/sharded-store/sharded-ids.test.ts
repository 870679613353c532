import fc from 'fast-check'
import { expect, it } from 'vitest'
import { compareOrderIds, type OrderId } from '../../../contracts/order-id.ts'
import { pageOf } from './sharded-ids.ts'

const tables = fc.array(
  fc.uniqueArray(fc.integer({ min: 1, max: 2_000 }), { maxLength: 40 }).map((ids) => ids.toSorted((a, b) => a - b)),
  { minLength: 1, maxLength: 8 },
)

it('pages of many tables give every id once, in order, whatever the tables hold and however much is read of each', () => {
  fc.assert(
    fc.property(tables, fc.integer({ min: 1, max: 10 }), (all, limit) => {
      const given: OrderId[] = []
      let after = 0
      for (;;) {
        const read = all.map((ids) =>
          ids
            .filter((id) => id > after)
            .slice(0, limit)
            .map((id) => String(id) as OrderId),
        )
        const { orderIds, upTo } = pageOf(read, limit)
        expect(orderIds.length).toBeLessThanOrEqual(limit * all.length)
        given.push(...orderIds)
        if (upTo === null) break
        expect(Number(upTo)).toBeGreaterThan(after)
        after = Number(upTo)
      }
      const expected = [...new Set(all.flat())].toSorted((a, b) => a - b).map(String)
      expect(given).toEqual(expected)
      expect(given).toEqual(given.toSorted(compareOrderIds))
    }),
  )
})
