import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JournalEntry } from '../contracts/journal.ts'
import { figuresOf, type StepWindow } from './journal.ts'

const WINDOW: StepWindow = {
  durationSeconds: 10,
  discardedSeconds: 1,
  offeredPerSecond: 100,
  patienceSeconds: 0.1,
  dropped: 0,
}

/** A step at 100/s in which the n-th answer takes `totalMs(n)`. */
function step(totalMs: (nth: number) => number, changes: Partial<JournalEntry> = {}, count = 1000): JournalEntry[] {
  return Array.from({ length: count }, (_, iteration) => ({
    iteration,
    flow: 'list',
    startMs: iteration * 10,
    lateMs: 0,
    totalMs: totalMs(iteration),
    serviceMs: totalMs(iteration),
    outcome: 'ok',
    ...changes,
  }))
}

describe('figuresOf', () => {
  it('counts the whole step and times what follows the discarded beginning', () => {
    const figures = figuresOf(
      step((nth) => (nth < 100 ? 900 : 20)),
      WINDOW,
    )
    expect(figures).toMatchObject({ iterations: 1000, errors: 0, errorRate: 0, achievedPerSecond: 100 })
    expect(figures.fromIntendedStart).toMatchObject({ samples: 900, p99Ms: 20, maxMs: 20 })
  })

  it('does not depend on the order of the lines', () => {
    const entries = step((nth) => 5 + ((nth * 7919) % 83)).map((entry) =>
      entry.iteration % 50 === 0 ? { ...entry, outcome: 'status 503' } : entry,
    )
    const figures = figuresOf(entries, WINDOW)
    fc.assert(
      fc.property(fc.shuffledSubarray(entries, { minLength: entries.length }), (shuffled) => {
        expect(figuresOf(shuffled, WINDOW)).toEqual(figures)
      }),
      { numRuns: 20 },
    )
  })

  it('keeps failures out of the percentiles and in the error rate, most frequent first', () => {
    const failing = step(() => 20).map((entry) => {
      if (entry.iteration % 10 === 0) return { ...entry, totalMs: 1, outcome: 'status 503 overloaded' }
      return entry.iteration % 25 === 1 ? { ...entry, totalMs: 1, outcome: 'error: timeout' } : entry
    })
    const figures = figuresOf(failing, WINDOW)
    expect(figures.errors).toBe(140)
    expect(figures.errorRate).toBeCloseTo(0.14)
    expect(figures.answered).toBe(960)
    expect(figures.failures).toEqual([
      { what: 'status 503 overloaded', count: 100 },
      { what: 'error: timeout', count: 40 },
    ])
    expect(figures.fromIntendedStart.p50Ms).toBe(20)
  })

  it('does not take answers after the end for throughput', () => {
    // 80 answers a second are all it can do: the n-th is ready after n / 80 s.
    const overloaded = step((nth) => (nth / 80) * 1000 - nth * 10 + 12.5)
    expect(figuresOf(overloaded, WINDOW).achievedPerSecond).toBeCloseTo(80, 0)
  })

  it('does not take requests under way at the end for a backlog', () => {
    expect(
      figuresOf(
        step(() => 90),
        WINDOW,
      ).achievedPerSecond,
    ).toBe(100)
  })

  it('does not count the iteration that k6 starts at the very end', () => {
    expect(
      figuresOf(
        step(() => 20, {}, 1001),
        WINDOW,
      ).achievedPerSecond,
    ).toBe(100)
  })

  it('takes the rate of a closed step from its answers', () => {
    const closed = figuresOf(
      step(() => 20, {}, 500),
      { ...WINDOW, offeredPerSecond: null },
    )
    expect(closed).toMatchObject({ offeredPerSecond: 50, achievedPerSecond: 50 })
  })

  it('says how late requests left, apart from how long they took', () => {
    const late = step(() => 50, { lateMs: 30, serviceMs: 20 }).map((entry) => ({
      ...entry,
      startMs: entry.startMs + 30,
    }))
    const figures = figuresOf(late, WINDOW)
    expect(figures.lateP99Ms).toBe(30)
    expect(figures.serviceTime.p99Ms).toBe(20)
    expect(figures.fromIntendedStart.p99Ms).toBe(50)
  })

  it('does not take numbers that k6 did not give to dropped arrivals for lateness', () => {
    // Every second arrival was dropped: the n-th iteration was due at 20 n ms, its number says 10 n ms.
    const misnumbered = step(() => 20, {}, 500).map((entry) => ({
      ...entry,
      startMs: entry.iteration * 20,
      lateMs: entry.iteration * 10,
      totalMs: entry.iteration * 10 + 20,
    }))
    const figures = figuresOf(misnumbered, { ...WINDOW, dropped: 500 })
    expect(figures.fromIntendedStart.maxMs).toBe(20)
    expect(figures.lateP99Ms).toBeNull()
  })

  it('splits a mix by flow', () => {
    const mix = step((nth) => (nth % 2 === 0 ? 10 : 30)).map((entry) =>
      entry.iteration % 2 === 0 ? entry : { ...entry, flow: 'checkout' as const },
    )
    const { byFlow } = figuresOf(mix, WINDOW)
    expect(byFlow.list?.p99Ms).toBe(10)
    expect(byFlow.checkout?.p99Ms).toBe(30)
    expect(byFlow.search).toBeUndefined()
  })

  it('of an empty journal is an error rate of 1, never of 0', () => {
    expect(figuresOf([], WINDOW)).toMatchObject({ iterations: 0, achievedPerSecond: 0, errorRate: 1 })
  })
})
