import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { latencyOf, MINIMUM_SAMPLES } from './percentiles.ts'

const oneTo = (count: number) => Array.from({ length: count }, (_, at) => at + 1)

describe('latencyOf', () => {
  it('gives nearest-rank percentiles', () => {
    expect(latencyOf(oneTo(10_000))).toEqual({
      samples: 10_000,
      p50Ms: 5_000,
      p95Ms: 9_500,
      p99Ms: 9_900,
      p999Ms: 9_990,
      maxMs: 10_000,
      meanMs: 5_000.5,
    })
  })

  it.each([
    [58, null, null, null],
    [59, 57, null, null],
    [298, 284, null, null],
    [299, 285, 297, null],
    [2_994, 2_845, 2_965, null],
    [2_995, 2_846, 2_966, 2_993],
  ])('of %i samples states only what they carry', (count, p95Ms, p99Ms, p999Ms) => {
    expect(latencyOf(oneTo(count))).toMatchObject({ p95Ms, p99Ms, p999Ms })
  })

  it('knows its minimum samples from 0.95 confidence', () => {
    for (const [p, minimum] of [
      [0.95, MINIMUM_SAMPLES.p95],
      [0.99, MINIMUM_SAMPLES.p99],
      [0.999, MINIMUM_SAMPLES.p999],
    ] as const) {
      expect(p ** minimum).toBeLessThanOrEqual(0.05)
      expect(p ** (minimum - 1)).toBeGreaterThan(0.05)
    }
  })

  it('does not depend on the order, and grows with every value', () => {
    const values = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 300, maxLength: 400 })
    fc.assert(
      fc.property(values, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (valuesMs, keys) => {
        const latency = latencyOf(valuesMs)
        const shuffled = valuesMs
          .map((value) => ({ value, key: keys.next().value }))
          .sort((a, b) => a.key - b.key)
          .map(({ value }) => value)
        expect(latencyOf(shuffled)).toEqual(latency)
        const { p50Ms, p95Ms, p99Ms, maxMs } = latency
        expect([p50Ms, p95Ms, p99Ms, maxMs]).toEqual([p50Ms, p95Ms, p99Ms, maxMs].sort((a, b) => Number(a) - Number(b)))
      }),
    )
  })

  it('of nothing is nothing', () => {
    expect(latencyOf([])).toEqual({
      samples: 0,
      p50Ms: null,
      p95Ms: null,
      p99Ms: null,
      p999Ms: null,
      maxMs: null,
      meanMs: null,
    })
  })
})
