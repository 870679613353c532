import { describe, expect, it } from 'vitest'
import type { JournalEntry } from '../contracts/journal.ts'
import { liveFigures } from './live-figures.ts'

const entries = Array.from(
  { length: 1000 },
  (_, iteration): JournalEntry => ({
    iteration,
    flow: 'list',
    dueMs: iteration * 10,
    waitedMs: iteration < 5 ? 50 : 0,
    lateMs: 0,
    totalMs: 20,
    serviceMs: 20,
    outcome: iteration % 100 === 0 ? 'status 503' : 'ok',
  }),
)

const RUNNING = { load: 'list', leadInMs: 0, rateAt: () => 100, totalSeconds: 25 }

describe('liveFigures', () => {
  it('says what was offered, answered of late, and what went wrong so far', () => {
    const figures = liveFigures({ ...RUNNING, entries, elapsedMs: 10_000 })
    expect(figures).toMatchObject({ offeredPerSecond: 100, p99Ms: 20, errors: 10, dropped: 5, leftSeconds: 15 })
    expect(figures.goodPerSecond).toBeCloseTo(99, -1)
  })

  it('leaves out what no window holds: slow and failed while connections were opened', () => {
    const dialled = entries.map((entry) =>
      entry.dueMs < 2000 ? { ...entry, totalMs: 900, outcome: entry.iteration % 2 === 0 ? 'error: EOF' : 'ok' } : entry,
    )
    const at = (leadInMs: number) => liveFigures({ ...RUNNING, entries: dialled, elapsedMs: 10_000, leadInMs })
    expect(at(2000)).toMatchObject({ p99Ms: 20, errors: 8, dropped: 0 })
    expect(at(0)).toMatchObject({ p99Ms: 900, errors: 108, dropped: 5 })
  })

  it('knows nothing of a drive that has just begun', () => {
    const figures = liveFigures({ ...RUNNING, entries: [], elapsedMs: 0 })
    expect(figures).toMatchObject({ goodPerSecond: 0, p99Ms: null, leftSeconds: 25 })
  })
})
