// Sizing by hand-checkable numbers, and the law that a higher peak never needs less.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Cases } from '../../contracts/capacity-model/interval.ts'
import { erlangC } from './mmc.ts'
import { connectionsForPeak, coresForPeak } from './sizing.ts'

const sure = (value: number): Cases => ({ low: value, mid: value, high: value })
const PEAK = { low: 1000, mid: 2000, high: 4000 }

describe('a peak of 2 000 requests a second', () => {
  test('8 busy cores at a target of one half are 16', () => {
    expect(coresForPeak(PEAK, sure(0.004), 0.5)).toEqual({ low: 8, mid: 16, high: 32 })
  })

  test('connections: 20 in use by Little’s law; the pool in which one request in a hundred waits', () => {
    const { inUse, toAllow } = connectionsForPeak(PEAK, sure(0.01))
    expect(inUse.mid).toBeCloseTo(20, 12)
    expect(erlangC(toAllow.mid, 20)).toBeLessThanOrEqual(0.01)
    expect(erlangC(toAllow.mid - 1, 20)).toBeGreaterThan(0.01)
  })
})

test('law: a higher peak never needs fewer connections; low ≤ mid ≤ high', () => {
  fc.assert(
    fc.property(fc.double({ min: 1, max: 10, noNaN: true }), (factor) => {
      const more = connectionsForPeak({ low: 1000, mid: 2000 * factor, high: 4000 * factor }, sure(0.01)).toAllow
      expect(more.mid).toBeGreaterThanOrEqual(connectionsForPeak(PEAK, sure(0.01)).toAllow.mid)
      expect(more.low <= more.mid && more.mid <= more.high).toBe(true)
    }),
  )
})
