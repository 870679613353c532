import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type JournalEntry, OUTCOME_LEFT_OVER } from '../contracts/journal.ts'
import { figuresOf, lateClustersOf, type Offered } from './window-figures.ts'

const WINDOW: Offered = { fromMs: 1000, toMs: 11_000, targetsMs: { list: 100 }, requests: 1000 }

/** A load at 100/s for 12 s in which the n-th answer takes `totalMs(n)`. */
function load(totalMs: (nth: number) => number, changes: Partial<JournalEntry> = {}, count = 1200): JournalEntry[] {
  return Array.from({ length: count }, (_, iteration) => ({
    iteration,
    flow: 'list',
    dueMs: iteration * 10,
    waitedMs: 0,
    lateMs: 0,
    totalMs: totalMs(iteration),
    serviceMs: totalMs(iteration),
    outcome: 'ok',
    ...changes,
  }))
}

const listOf = (entries: readonly JournalEntry[], window = WINDOW) => figuresOf(entries, window).flows.list

describe('figuresOf', () => {
  it('sees what was due in the window, and nothing else', () => {
    const figures = figuresOf(
      load((nth) => (nth < 100 || nth >= 1100 ? 900 : 20)),
      WINDOW,
    )
    expect(figures).toMatchObject({ offeredPerSecond: 100, goodPerSecond: 100, answeredPerSecond: 100, dropped: 0 })
    expect(figures.flows.list).toMatchObject({ iterations: 1000, good: 1000, errors: 0, overTarget: 0 })
    expect(figures.flows.list?.latency).toMatchObject({ samples: 1000, p99Ms: 20, maxMs: 20 })
  })

  it('does not depend on the order of the lines', () => {
    const entries = load((nth) => 5 + ((nth * 7919) % 83)).map((entry) =>
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

  it('keeps failures out of percentiles and goodput and in the errors, most frequent first', () => {
    const failing = load(() => 20).map((entry) => {
      if (entry.iteration % 10 === 0) return { ...entry, totalMs: 1, outcome: 'status 503 overloaded' }
      return entry.iteration % 25 === 1 ? { ...entry, totalMs: 1, outcome: 'error: timeout' } : entry
    })
    const figures = figuresOf(failing, WINDOW)
    expect(figures.flows.list).toMatchObject({ iterations: 1000, answered: 960, good: 860, errors: 140 })
    expect(figures.flows.list?.failures).toEqual([
      { what: 'status 503 overloaded', count: 100 },
      { what: 'error: timeout', count: 40 },
    ])
    expect(figures.goodPerSecond).toBe(86)
    expect(figures.answeredPerSecond).toBe(96)
    expect(figures.flows.list?.latency.p50Ms).toBe(20)
  })

  it('counts what is over the target, by blocks of five seconds', () => {
    const list = listOf(load((nth) => (nth >= 600 && nth % 10 === 0 ? 101 : 100)))
    expect(list?.overTarget).toBe(50)
    expect(list?.blocks).toEqual([
      { iterations: 500, good: 500, overTarget: 0, errors: 0 },
      { iterations: 500, good: 500, overTarget: 50, errors: 0 },
    ])
  })

  it('does not take answers after the end for throughput', () => {
    // 80 answers a second are all it can do: the n-th is ready after n / 80 s.
    const overloaded = load((nth) => (nth / 80) * 1000 - nth * 10 + 12.5)
    expect(figuresOf(overloaded, WINDOW).goodPerSecond).toBeLessThan(85)
  })

  it('does not take requests under way at the end for a backlog', () => {
    expect(
      figuresOf(
        load(() => 90),
        WINDOW,
      ).goodPerSecond,
    ).toBe(100)
  })

  it('takes the rate of a closed load from its answers', () => {
    const closed = figuresOf(
      load(() => 20),
      { ...WINDOW, requests: null },
    )
    expect(closed.offeredPerSecond).toBeCloseTo(100, 0)
    expect(closed.offeredPerSecond).toBe(closed.answeredPerSecond)
  })

  it('counts who waited for a free user', () => {
    expect(
      figuresOf(
        load(() => 50, { lateMs: 20, serviceMs: 20 }),
        WINDOW,
      ).dropped,
    ).toBe(0)
    expect(
      figuresOf(
        load(() => 50, { waitedMs: 30, serviceMs: 20 }),
        WINDOW,
      ).dropped,
    ).toBe(1000)
  })

  it('takes what was never sent for not answered, and for a backlog', () => {
    const left = { totalMs: 9000, waitedMs: 9000, serviceMs: 0, outcome: OUTCOME_LEFT_OVER }
    const entries = load(() => 20).map((entry) => (entry.iteration < 1000 ? entry : { ...entry, ...left }))
    const figures = figuresOf(entries, WINDOW)
    expect(figures).toMatchObject({ iterations: 1000, answered: 900, dropped: 100, leftOver: 100, goodPerSecond: 90 })
    expect(figures.flows.list).toMatchObject({ iterations: 1000, good: 900, errors: 100, overTarget: 0 })
  })

  it('keeps the flows of a mix apart, and misses none that was asked for', () => {
    const mix = load((nth) => (nth % 2 === 0 ? 10 : 130)).map((entry) =>
      entry.iteration % 2 === 0 ? entry : { ...entry, flow: 'checkout' },
    )
    const { flows } = figuresOf(mix, { ...WINDOW, targetsMs: { list: 100, checkout: 300, search: 500 } })
    expect(flows.list).toMatchObject({ good: 500, overTarget: 0 })
    expect(flows.checkout).toMatchObject({ good: 500, overTarget: 0, latency: { p99Ms: 130 } })
    expect(flows.search).toMatchObject({ iterations: 0, good: 0 })
  })
})

describe('lateClustersOf', () => {
  it('counts a run of late answers in the block in which it begins, in the order of the due times', () => {
    const entries = load((nth) => ((nth >= 590 && nth < 650) || nth === 800 ? 300 : 20))
    expect(lateClustersOf(entries.toReversed(), WINDOW, 100)).toEqual([1, 1])
  })

  it('leaves what began before the window out', () => {
    expect(
      lateClustersOf(
        load((nth) => (nth >= 50 && nth < 150 ? 300 : 20)),
        WINDOW,
        100,
      ),
    ).toEqual([0, 0])
  })
})
