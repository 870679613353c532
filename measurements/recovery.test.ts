import { describe, expect, it } from 'vitest'
import type { JournalEntry } from '../contracts/journal.ts'
import { secondsToRecover } from './recovery.ts'

/** 100/s for 60 s after a spike; the n-th request takes so long. */
const entries = (totalMs: (second: number) => number): JournalEntry[] =>
  Array.from({ length: 6000 }, (_, iteration) => ({
    iteration,
    flow: 'list',
    dueMs: 50_000 + iteration * 10,
    waitedMs: 0,
    lateMs: 0,
    totalMs: totalMs(iteration / 100),
    serviceMs: 1,
    outcome: 'ok',
  }))
const recoveryOf = (changes: Partial<Parameters<typeof secondsToRecover>[0]> = {}) =>
  secondsToRecover({
    fromMs: 50_000,
    toMs: 110_000,
    targetsMs: { list: 100 },
    entries: entries(() => 20),
    backlog: [],
    backlogBeforeSeconds: 0.5,
    ...changes,
  })

describe('secondsToRecover', () => {
  it('is none when nothing was left behind', () => {
    expect(recoveryOf()).toBe(0)
  })

  it('lasts until from then on no more than 1 % are slow', () => {
    expect(recoveryOf({ entries: entries((second) => (second < 12 ? 900 : 20)) })).toBe(12)
  })

  it('does not end in a pause between two waves', () => {
    const waves = entries((second) => (second < 5 || (second >= 30 && second < 33) ? 900 : 20))
    expect(recoveryOf({ entries: waves })).toBe(33)
  })

  it('lasts until the backlog is what it was', () => {
    const backlog = Array.from({ length: 60 }, (_, at) => ({
      atMs: 50_000 + at * 1000,
      value: at < 20 ? 30 - at : 0.3,
    }))
    expect(recoveryOf({ backlog })).toBe(20)
  })

  it('has no end where nothing that was due is known', () => {
    expect(recoveryOf({ entries: entries(() => 20).filter(({ dueMs }) => dueMs < 50_000) })).toBeNull()
  })

  it('has no end within the time that was watched, and says so', () => {
    expect(recoveryOf({ entries: entries(() => 900) })).toBeNull()
    expect(recoveryOf({ entries: entries(() => 20).map((entry) => ({ ...entry, outcome: 'status 503' })) })).toBeNull()
  })
})
