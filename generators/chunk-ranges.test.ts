import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { CHUNK_ORDERS, chunkRanges } from './chunk-ranges.ts'

it('cuts a shard into chunks that join without a gap, none too large or empty', () => {
  fc.assert(
    fc.property(fc.nat({ max: 5 * CHUNK_ORDERS }), fc.nat({ max: 5 * CHUNK_ORDERS }), (from, orders) => {
      let reached = from
      for (const range of chunkRanges(from, from + orders)) {
        expect(range.from).toBe(reached)
        expect(range.to - range.from).toBeGreaterThan(0)
        expect(range.to - range.from).toBeLessThanOrEqual(CHUNK_ORDERS)
        reached = range.to
      }
      expect(reached).toBe(from + orders)
    }),
  )
})
