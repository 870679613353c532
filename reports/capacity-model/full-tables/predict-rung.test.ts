// Predictions of the next rung: what they say, what they refuse, and laws that hold for any ladder.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RungFigures, RungPrediction, TargetRung } from '../../../contracts/capacity-model/full-tables.ts'
import { SIMULATED_LOAD } from '../bench/simulated-shard.ts'
import { poolMisses, poolTimes } from '../midpoint-pool.ts'
import { isRefused } from '../refuse.ts'
import { pageTouches } from './page-touches.ts'
import { predictRung } from './predict-rung.ts'
import { tailFactor } from './tail-reads.ts'

const PAGES_PER_ORDER = 0.0156
const load = { ...SIMULATED_LOAD, users: 937_500 }
const at = (orders: number, poolPages: number): TargetRung => ({
  ...load,
  orders,
  pages: Math.round(orders * PAGES_PER_ORDER),
  poolPages,
  ratePerSecond: 200,
  targetP99Ms: 100,
  cores: 2,
})

interface Truth {
  readonly flow: RungFigures['flow']
  readonly baseMs: number
  readonly readMs: number
}

/** A rung as the model thinks rungs are, repeats 2 % apart. */
function rungOf({ flow, baseMs, readMs }: Truth, orders: number, poolPages: number): RungFigures {
  const pages = Math.round(orders * PAGES_PER_ORDER)
  const touches = pageTouches(flow, { orders, pages }, load)
  const missesPerRequest = poolMisses(touches.bins, poolPages)
  const counted = missesPerRequest * tailFactor(touches.groups, poolTimes(touches.bins, poolPages), readMs / baseMs)
  const p99Ms = baseMs + readMs * counted
  const cpuMsPerRequest = 2 + 0.05 * missesPerRequest
  const ratePerSecond = 1700 / cpuMsPerRequest
  return {
    flow,
    orders,
    pages,
    poolPages,
    holds: [0.98, 1, 1.02].map((factor) => ({ ratePerSecond: 200, p99Ms: p99Ms * factor })),
    highestRate: { ratePerSecond, low: ratePerSecond * 0.95, high: ratePerSecond * 1.05 },
    pageGetsPerRequest: touches.gets,
    missesPerRequest,
    mysqlCpuMsPerRequest: 1 + 0.05 * missesPerRequest,
    cpuMsPerRequest,
    missMs: readMs,
  }
}

function predicted(rungs: readonly RungFigures[], target: TargetRung): RungPrediction {
  const answer = predictRung(rungs, target)
  if (isRefused(answer)) throw new Error(answer.refused.message)
  return answer
}

const DETAIL: Truth = { flow: 'detail', baseMs: 10, readMs: 0.5 }
const BELOW = [1e6, 5e6, 15e6]

test('all in memory: nothing is read, p99 and rate stay', () => {
  const rungs = BELOW.map((orders) => rungOf(DETAIL, orders, 1e6))
  const { hitRatio, p99Ms, ratePerSecond, extrapolated } = predicted(rungs, at(50e6, 1.2e6))
  expect(hitRatio).toEqual({ value: 1, low: 1, high: 1 })
  expect(p99Ms.value).toBeCloseTo(10, 1)
  expect(ratePerSecond?.value).toBeCloseTo(850, -1)
  expect(extrapolated).toBe(true)
})

test('a pool that holds less and less: misses, p99 and rate as the same law gives them at the top', () => {
  const rungs = BELOW.map((orders) => rungOf(DETAIL, orders, 100_000))
  const top = rungOf(DETAIL, 50e6, 100_000)
  const { missesPerRequest, p99Ms, ratePerSecond, effectivePoolShare } = predicted(rungs, at(50e6, 100_000))
  expect(effectivePoolShare.value).toBeCloseTo(1, 2)
  expect(missesPerRequest.value).toBeCloseTo(top.missesPerRequest, 2)
  expect(p99Ms.value / (top.holds[1]?.p99Ms ?? 0)).toBeCloseTo(1, 1)
  expect((ratePerSecond?.value ?? 0) / (top.highestRate?.ratePerSecond ?? 1)).toBeCloseTo(1, 1)
})

test('a pool that misses more than the model says counts as a smaller one', () => {
  const rungs = BELOW.map((orders) => ({ ...rungOf(DETAIL, orders, 80_000), poolPages: 100_000 }))
  const { missesPerRequest, effectivePoolShare } = predicted(rungs, at(50e6, 100_000))
  expect(effectivePoolShare.value).toBeGreaterThan(0.78)
  expect(effectivePoolShare.value).toBeLessThan(0.86)
  expect(missesPerRequest.value).toBeGreaterThan(
    predicted(
      BELOW.map((o) => rungOf(DETAIL, o, 1e5)),
      at(50e6, 1e5),
    ).missesPerRequest.value,
  )
})

describe('what it does not tell', () => {
  const rung = (orders: number) => rungOf(DETAIL, orders, 300_000)

  test('from one rung, or from rungs at another rate', () => {
    expect(predictRung([rung(1e6)], at(50e6, 300_000))).toMatchObject({
      refused: { reason: 'too-few-rungs', needed: 2 },
    })
    const other = predictRung([rung(1e6), rung(5e6)], { ...at(50e6, 300_000), ratePerSecond: 100 })
    expect(other).toMatchObject({ refused: { reason: 'too-few-rungs' } })
  })

  test('what reads cost when none was ever measured; a cold hold tells it', () => {
    const silent = BELOW.map((orders) => ({ ...rung(orders), missMs: undefined }))
    expect(predictRung(silent, at(50e6, 300_000))).toMatchObject({ refused: { reason: 'no-reads-below' } })
    const cold = silent.map((one) => ({
      ...one,
      holds: [...one.holds, { ratePerSecond: 200, p99Ms: 11.5, missesPerRequest: 3 }],
    }))
    const warm = predicted(cold, at(50e6, 300_000))
    expect(warm.p99Ms.value).toBeGreaterThan(10)
    expect(warm.p99Ms.value).toBeLessThan(11.5)
  })

  test('a rate that nobody searched for, or a target that is missed at any', () => {
    const unsearched = BELOW.map((orders) => ({ ...rung(orders), highestRate: null }))
    expect(predicted(unsearched, at(50e6, 300_000))).toMatchObject({
      ratePerSecond: null,
      ratePerSecondReason: expect.stringContaining('0 rungs'),
    })
    expect(predicted(BELOW.map(rung), { ...at(50e6, 300_000), targetP99Ms: 5 }).ratePerSecondReason).toContain(
      'above 5 ms',
    )
  })

  test('rungs of two flows are a mistake', () => {
    expect(() => predictRung([rung(1e6), { ...rung(5e6), flow: 'list' }], at(50e6, 1e5))).toThrow('two flows')
  })
})

test('repeats that differ more make the interval wider', () => {
  const reach = (spread: number): number => {
    const rungs = BELOW.map((orders) => {
      const rung = rungOf(DETAIL, orders, 1e6)
      const holds = rung.holds.map((hold, i) => ({ ...hold, p99Ms: hold.p99Ms * (1 + spread * (i - 1)) }))
      return { ...rung, holds }
    })
    const { p99Ms } = predicted(rungs, at(50e6, 1.2e6))
    return p99Ms.high / p99Ms.low
  }
  expect(reach(0.2)).toBeGreaterThan(1.2 * reach(0))
})

describe('laws', { timeout: 120_000 }, () => {
  const ladders = fc.record({
    flow: fc.constantFrom('list', 'detail', 'checkout', 'search'),
    baseMs: fc.double({ min: 2, max: 50, noNaN: true }),
    readMs: fc.double({ min: 0.05, max: 2, noNaN: true }),
    poolPages: fc.integer({ min: 20_000, max: 400_000 }),
  })

  test('a larger pool never lowers the hit ratio, and one as large as the data hits always', () => {
    fc.assert(
      fc.property(ladders, fc.double({ min: 1, max: 4, noNaN: true }), (truth, larger) => {
        const rungs = BELOW.map((orders) => rungOf(truth, orders, truth.poolPages))
        const hits = [1, larger, 100].map(
          (factor) => predicted(rungs, at(50e6, Math.round(truth.poolPages * factor))).hitRatio.value,
        )
        expect(hits[1]).toBeGreaterThanOrEqual((hits[0] ?? 1) - 1e-6)
        expect(hits[2]).toBe(1)
      }),
      { numRuns: 6 },
    )
  })

  test('a rung that was measured is predicted from itself and the others within its interval', () => {
    fc.assert(
      fc.property(ladders, fc.constantFrom(...BELOW), (truth, orders) => {
        const rungs = BELOW.map((rows) => rungOf(truth, rows, truth.poolPages))
        const again = rungOf(truth, orders, truth.poolPages)
        const { hitRatio, p99Ms, ratePerSecond } = predicted(rungs, at(orders, truth.poolPages))
        const hit = 1 - again.missesPerRequest / again.pageGetsPerRequest
        const p99 = again.holds[1]?.p99Ms ?? 0
        const rate = again.highestRate?.ratePerSecond ?? 0
        for (const [estimate, measured] of [
          [hitRatio, hit],
          [p99Ms, p99],
          [ratePerSecond, rate],
        ] as const) {
          expect(measured).toBeGreaterThanOrEqual((estimate?.low ?? Number.NaN) * (1 - 1e-9))
          expect(measured).toBeLessThanOrEqual((estimate?.high ?? Number.NaN) * (1 + 1e-9))
        }
      }),
      { numRuns: 6 },
    )
  })
})
