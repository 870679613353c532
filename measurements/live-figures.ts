// How a drive goes while it runs: what someone who waits for it wants to see. Pure.

import { type JournalEntry, OUTCOME_OK } from '../contracts/journal.ts'
import { NO_FREE_USER_MS } from './generator-evidence.ts'
import { latencyOf } from './percentiles.ts'

export interface LiveFigures {
  readonly load: string
  readonly offeredPerSecond: number
  /** Right answers of the last seconds. */
  readonly goodPerSecond: number
  /** So far; null: too few answers. */
  readonly p99Ms: number | null
  readonly errors: number
  readonly dropped: number
  readonly leftSeconds: number
}

export interface Running {
  readonly load: string
  readonly entries: readonly JournalEntry[]
  readonly elapsedMs: number
  readonly rateAt: (ms: number) => number
  readonly totalSeconds: number
}

const RECENT_MS = 3000

export function liveFigures({ load, entries, elapsedMs, rateAt, totalSeconds }: Running): LiveFigures {
  const good = entries.filter(({ outcome }) => outcome === OUTCOME_OK)
  const sinceMs = Math.max(0, elapsedMs - RECENT_MS)
  const recent = good.filter(({ dueMs, totalMs }) => dueMs + totalMs >= sinceMs)
  return {
    load,
    offeredPerSecond: rateAt(elapsedMs),
    goodPerSecond: (recent.length * 1000) / Math.max(1, elapsedMs - sinceMs),
    p99Ms: latencyOf(good.map(({ totalMs }) => totalMs)).p99Ms,
    errors: entries.length - good.length,
    dropped: entries.filter(({ waitedMs }) => waitedMs > NO_FREE_USER_MS).length,
    leftSeconds: Math.max(0, totalSeconds - elapsedMs / 1000),
  }
}
