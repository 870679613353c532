import { describe, expect, it } from 'vitest'
import type { JournalEntry } from '../contracts/journal.ts'
import { LOOK_BACK_MS, reasonToSpare } from './sparing.ts'

const request = (dueMs: number, outcome: string): JournalEntry => ({
  iteration: dueMs,
  flow: 'mine',
  dueMs,
  waitedMs: 0,
  lateMs: 0,
  totalMs: 1,
  serviceMs: 1,
  outcome,
})
const journal = (wrong: number, right: number, atMs: number) => [
  ...Array.from({ length: wrong }, () => request(atMs, 'status 503')),
  ...Array.from({ length: right }, () => request(atMs, 'ok')),
]

describe('a target elsewhere', () => {
  it('is left alone when half of its answers are wrong', () => {
    expect(reasonToSpare(journal(25, 25, 100), 200)).toBe(
      'ended to spare the target: 25 of the last 50 requests failed',
    )
  })

  it('is not for less than half, for a few requests, or for what is long over', () => {
    expect(reasonToSpare(journal(49, 51, 100), 200)).toBeNull()
    expect(reasonToSpare(journal(49, 0, 100), 200)).toBeNull()
    expect(reasonToSpare(journal(500, 0, 100), 100 + LOOK_BACK_MS)).toBeNull()
  })
})
