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

describe('liveFigures', () => {
  it('says what was offered, answered of late, and what went wrong so far', () => {
    const figures = liveFigures({ load: 'list', entries, elapsedMs: 10_000, rateAt: () => 100, totalSeconds: 25 })
    expect(figures).toMatchObject({ offeredPerSecond: 100, p99Ms: 20, errors: 10, dropped: 5, leftSeconds: 15 })
    expect(figures.goodPerSecond).toBeCloseTo(99, -1)
  })

  it('knows nothing of a drive that has just begun', () => {
    const figures = liveFigures({ load: 'list', entries: [], elapsedMs: 0, rateAt: () => 100, totalSeconds: 25 })
    expect(figures).toMatchObject({ goodPerSecond: 0, p99Ms: null, leftSeconds: 25 })
  })
})
