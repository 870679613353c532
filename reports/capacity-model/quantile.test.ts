// Ranks and sample counts against published ones; intervals over runs against a simulated queue.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RunsQuestion } from '../../contracts/capacity-model/quantile.ts'
import { nearestRank, neededSamples, neededSamplesOneSided, quantileRanks, sampleQuantile } from './quantile-ranks.ts'
import { isRefused } from './refuse.ts'
import { runInterval, welchDifference } from './run-interval.ts'

describe('exact binomial ranks', () => {
  const published: readonly [count: number, percentile: number, low: number, high: number][] = [
    [1000, 95, 936, 964],
    [1000, 99, 983, 997],
    [10_000, 99, 9880, 9920],
    [100_000, 99.9, 99_880, 99_920],
  ]
  test.each(published)('%d samples, p%d: %d … %d', (count, percentile, low, high) => {
    expect(quantileRanks(count, percentile, 0.95)).toMatchObject({ ranks: { low, high } })
    expect(quantileRanks(count, percentile / 100, 0.95)).toMatchObject({ ranks: { low, high } })
  })

  test('samples needed: 59, 299, 2 995 for an upper bound; 72, 368, 3 688 for both ends', () => {
    expect([95, 99, 99.9].map((p) => neededSamplesOneSided(p, 0.95))).toEqual([59, 299, 2995])
    expect([95, 99, 99.9].map((p) => neededSamples(p, 0.95))).toEqual([72, 368, 3688])
    expect(quantileRanks(367, 99, 0.95)).toMatchObject({ refused: { reason: 'insufficient-samples', needed: 368 } })
    expect(quantileRanks(368, 99, 0.95)).toMatchObject({ ranks: { high: 368 } })
  })

  test('a sample: the percentile is an observation, its interval too, and order does not matter', () => {
    const samples = Array.from({ length: 1000 }, (_, i) => (i * 617) % 1000)
    const answer = sampleQuantile(samples, 95, 0.95)
    expect(answer).toMatchObject({ value: 949, interval: { low: 935, high: 963 } })
    expect(sampleQuantile([...samples].reverse(), 95, 0.95)).toEqual(answer)
  })

  test('rounding of n·p does not move the rank', () => {
    expect(nearestRank(1000, 99.9)).toBe(999)
    expect(nearestRank(20_000, 50)).toBe(10_000)
  })

  test('law: coverage is at least the confidence, and a wider confidence holds the narrower', () => {
    const percentile = fc.double({ min: 1, max: 99.9, noNaN: true })
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e7 }),
        percentile,
        fc.double({ min: 0.5, max: 0.99, noNaN: true }),
        (count, p, c) => {
          const narrow = quantileRanks(count, p, c)
          const wide = quantileRanks(count, p, c + 0.009)
          if (isRefused(narrow) || isRefused(wide)) return
          expect(narrow.coverage).toBeGreaterThanOrEqual(c - 1e-9)
          expect(wide.ranks.low).toBeLessThanOrEqual(narrow.ranks.low)
          expect(wide.ranks.high).toBeGreaterThanOrEqual(narrow.ranks.high)
          expect(narrow.ranks.low).toBeGreaterThanOrEqual(1)
          expect(narrow.ranks.high).toBeLessThanOrEqual(count)
        },
      ),
    )
  })
})

const ask = (question: Partial<RunsQuestion>) =>
  runInterval({ runs: [], samplesPerRun: 20_000, confidence: 0.95, ...question })

describe('runs', () => {
  test('five runs: t(4) = 2.776 standard errors', () => {
    const answer = ask({ runs: [1, 2, 3, 4, 5] })
    expect(answer).toMatchObject({ mean: 3, sd: Math.sqrt(2.5), warning: null, duplicatesWarning: null })
    if (isRefused(answer)) throw new Error('refused')
    expect(answer.halfWidth).toBeCloseTo((2.776445 * Math.sqrt(2.5)) / Math.sqrt(5), 5)
  })

  test('one run, or runs too short for their percentile, are refused with what is needed', () => {
    expect(ask({ runs: [1] })).toMatchObject({ refused: { reason: 'insufficient-samples', needed: 2 } })
    expect(ask({ runs: [1, 2, 3], samplesPerRun: 100, percentile: 99 })).toMatchObject({
      refused: { reason: 'insufficient-samples', needed: 299 },
    })
  })

  test('few runs, and a run counted twice, are warned of', () => {
    expect(ask({ runs: [1, 2, 2] })).toMatchObject({
      warning: expect.stringContaining('3 runs'),
      duplicatesWarning: expect.stringContaining('1 of 3'),
    })
  })

  test('law: shuffling runs changes no bit', () => {
    const runs = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 20 })
    fc.assert(
      fc.property(
        runs.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
        ([list, shuffled]) => {
          expect(ask({ runs: shuffled })).toEqual(ask({ runs: list }))
        },
      ),
    )
  })
})

describe('difference of two sets', () => {
  test('Welch, example 1 of his Wikipedia article: t = −2.46 on 25.0 degrees of freedom', () => {
    const a = [27.5, 21, 19, 23.6, 17, 17.9, 16.9, 20.1, 21.9, 22.6, 23.1, 19.6, 19, 21.7, 21.4]
    const b = [27.1, 22, 20.8, 23.4, 23.4, 23.5, 25.8, 22, 24.8, 20.2, 21.9, 22.1, 22.9, 20.5, 24.4]
    const answer = welchDifference({ a, b, confidence: 0.95 })
    if (isRefused(answer)) throw new Error('refused')
    expect(answer.degreesOfFreedom).toBeCloseTo(25, 1)
    const standardError = answer.smallestDetectable / 2.0595 // t(25), two-sided 95 %
    expect(answer.difference / standardError).toBeCloseTo(-2.46, 2)
    expect(answer.detectable).toBe(true)
    expect(answer.interval.high - answer.difference).toBeCloseTo(answer.smallestDetectable, 12)
  })

  test('far apart is detectable; the same set twice is not; a set without spread is said to be', () => {
    expect(welchDifference({ a: [10, 11, 12], b: [1, 2, 3], confidence: 0.95 })).toMatchObject({ detectable: true })
    expect(welchDifference({ a: [1, 2, 3], b: [1, 2, 3], confidence: 0.95 })).toMatchObject({
      difference: 0,
      detectable: false,
    })
    expect(welchDifference({ a: [2, 2], b: [2, 2], confidence: 0.95 })).toMatchObject({ degreesOfFreedom: null })
    expect(welchDifference({ a: [1], b: [1, 2], confidence: 0.95 })).toMatchObject({ refused: { needed: 2 } })
  })
})
