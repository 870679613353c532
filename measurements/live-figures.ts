// How a drive goes while it runs: what someone who waits for it wants to see. Pure.

import { type JournalEntry, OUTCOME_OK } from '../contracts/journal.ts'
import { NO_FREE_USER_MS } from './generator-evidence.ts'
import { latencyOf } from './percentiles.ts'

export interface LiveFigures {
  readonly load: string
  readonly offeredPerSecond: number
  /** Right answers of the last seconds. */
  readonly goodPerSecond: number
  /** So far, its lead-in left out; null: too few answers. */
  readonly p99Ms: number | null
  /** Like the p99. */
  readonly errors: number
  readonly dropped: number
  readonly leftSeconds: number
}

export interface Running {
  readonly load: string
  readonly entries: readonly JournalEntry[]
  readonly elapsedMs: number
  /** Until then users open their connections: no window begins before it. */
  readonly leadInMs: number
  readonly rateAt: (ms: number) => number
  readonly totalSeconds: number
}

const RECENT_MS = 3000

export function liveFigures({ load, entries, elapsedMs, leadInMs, rateAt, totalSeconds }: Running): LiveFigures {
  const sinceMs = Math.max(0, elapsedMs - RECENT_MS)
  const recent = entries.filter(({ outcome, dueMs, totalMs }) => outcome === OUTCOME_OK && dueMs + totalMs >= sinceMs)
  const counted = entries.filter(({ dueMs }) => dueMs >= leadInMs)
  const good = counted.filter(({ outcome }) => outcome === OUTCOME_OK)
  return {
    load,
    offeredPerSecond: rateAt(elapsedMs),
    goodPerSecond: (recent.length * 1000) / Math.max(1, elapsedMs - sinceMs),
    p99Ms: latencyOf(good.map(({ totalMs }) => totalMs)).p99Ms,
    errors: counted.length - good.length,
    dropped: counted.filter(({ waitedMs }) => waitedMs > NO_FREE_USER_MS).length,
    leftSeconds: Math.max(0, totalSeconds - elapsedMs / 1000),
  }
}
