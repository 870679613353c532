import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dueTimesMs, meanRate, parseSchedule, requestCount, scheduleText } from './schedule.ts'

const segment = fc.record({
  ratePerSecond: fc.integer({ min: 1, max: 900 }).map((tenths) => tenths / 10),
  seconds: fc.integer({ min: 1, max: 9 }),
})
const schedules = fc.array(segment, { minLength: 1, maxLength: 5 })

describe('a schedule', () => {
  it('is read back as it was written', () => {
    fc.assert(
      fc.property(schedules, (segments) => {
        expect(parseSchedule(scheduleText(segments))).toEqual(segments)
      }),
    )
    for (const text of ['', '5', '5x', 'x5', '0x5', '5x-1', '5x5,', 'axb']) expect(parseSchedule(text)).toBeNull()
  })

  it('makes as many requests as its rates say, in order, and as many in every part of it', () => {
    fc.assert(
      fc.property(schedules, fc.nat(), (segments, runKey) => {
        const even = dueTimesMs(segments, 'even', runKey)
        const poisson = dueTimesMs(segments, 'poisson', runKey)
        expect(Math.abs(even.length - requestCount(segments))).toBeLessThanOrEqual(1)
        expect(poisson).toHaveLength(even.length)
        expect(poisson).toEqual(poisson.toSorted((a, b) => a - b))
        let startMs = 0
        for (const { ratePerSecond, seconds } of segments) {
          const endMs = startMs + seconds * 1000
          for (const due of [even, poisson]) {
            const inside = due.filter((dueMs) => dueMs >= startMs - 1e-6 && dueMs < endMs - 1e-6).length
            expect(Math.abs(inside - ratePerSecond * seconds)).toBeLessThanOrEqual(1)
          }
          startMs = endMs
        }
      }),
      { numRuns: 30 },
    )
  })

  it('lets requests meet as Poisson arrivals do, and never when they are evenly spaced', () => {
    const meanAndVariance = (arrivals: 'poisson' | 'even') => {
      const due = dueTimesMs([{ ratePerSecond: 200, seconds: 60 }], arrivals, 7).filter(
        (ms) => ms >= 1000 && ms < 60_000,
      )
      const counts = Array.from({ length: 2950 }, () => 0)
      for (const ms of due) counts[Math.floor((ms - 1000) / 20)]! += 1
      const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length
      return counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / counts.length / mean
    }
    // Variance ÷ mean of the requests in 20 ms: 1 for Poisson, 0 for a clock.
    expect(meanAndVariance('poisson')).toBeGreaterThan(0.85)
    expect(meanAndVariance('poisson')).toBeLessThan(1.15)
    expect(meanAndVariance('even')).toBeLessThan(0.05)
  })

  it('spreads a request over its 20 s evenly, and the gaps between requests exponentially', () => {
    const due = dueTimesMs([{ ratePerSecond: 50, seconds: 400 }], 'poisson', 11)
    const places = due.map((ms) => (ms / 20_000) % 1)
    const gaps = due.slice(1).map((ms, at) => 1 - Math.exp((-50 * (ms - (due[at] ?? 0))) / 1000))
    // Kolmogorov and Smirnov's distance, whose 0.1 % point for n values is 1.95 ÷ √n.
    const distance = (values: readonly number[]) =>
      Math.max(...values.toSorted((a, b) => a - b).map((value, at) => Math.abs(value - at / values.length)))
    expect(distance(places)).toBeLessThan(1.95 / Math.sqrt(places.length))
    expect(distance(gaps)).toBeLessThan(1.95 / Math.sqrt(gaps.length))
  })

  it('has a mean rate between any two moments', () => {
    const segments = [
      { ratePerSecond: 10, seconds: 10 },
      { ratePerSecond: 30, seconds: 10 },
    ]
    expect(meanRate(segments, 0, 20_000)).toBe(20)
    expect(meanRate(segments, 2_000, 7_000)).toBe(10)
    expect(meanRate(segments, 5_000, 15_000)).toBe(20)
  })
})
