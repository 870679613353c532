import { expect, it } from 'vitest'
import type { JournalEntry } from '../../contracts/journal.ts'
import { effectOf } from './fault-effect.ts'

const entry = (iteration: number, flow: string, dueMs: number, outcome = 'ok', totalMs = 5): JournalEntry => ({
  iteration,
  flow,
  dueMs,
  waitedMs: 0,
  lateMs: 0,
  totalMs,
  serviceMs: totalMs,
  outcome,
})

/** 100 a second for 30 s; the fault lasts from 10 s to 20 s. */
const WINDOW = { beganMs: 10_000, endedMs: 20_000, untilMs: 30_000 }
const CALM = { fromMs: 0, toMs: 10_000 }

it('counts what failed during the fault and after it, by its kind, and not what failed before', () => {
  const entries = Array.from({ length: 3000 }, (_, i) => {
    const dueMs = 10 * i
    if (dueMs < 5_000) return entry(i, 'list', dueMs, 'status 500')
    const isRefused = dueMs >= 10_000 && dueMs < 21_500 && i % 2 === 0
    return entry(i, 'list', dueMs, isRefused ? 'status 503 unavailable' : 'ok')
  })
  expect(effectOf(entries, WINDOW, CALM).list).toMatchObject({
    requests: 2000,
    failures: [{ what: 'status 503 unavailable', count: 575 }],
    secondsUntilBack: 1.48,
  })
})

it('tells the answers during the fault from those in the calm, flow by flow', () => {
  const entries = Array.from({ length: 3000 }, (_, i) => {
    const dueMs = 10 * i
    const isSlow = i % 2 === 0 && dueMs >= 10_000 && dueMs < 20_000
    return entry(i, i % 2 === 0 ? 'detail' : 'list', dueMs, 'ok', isSlow ? 50 : 5)
  })
  const { detail, list } = effectOf(entries, WINDOW, CALM)
  expect([detail?.calmP95Ms, detail?.p95Ms, detail?.secondsUntilBack]).toEqual([5, 50, 0])
  expect([list?.calmP95Ms, list?.p95Ms]).toEqual([5, 5])
})
