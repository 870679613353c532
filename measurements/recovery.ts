// How long after a spike a system is itself again. Pure.

import { type JournalEntry, OUTCOME_OK } from '../contracts/journal.ts'
import { SLOW_SHARE } from '../contracts/judge.ts'
import type { Sample } from './watch.ts'

export interface AfterSpike {
  /** When the spike was over, in ms after the journal's start. */
  readonly fromMs: number
  readonly toMs: number
  readonly targetsMs: Readonly<Record<string, number | null>>
  /** Of every request that was due: what is in none of them is not asked about. */
  readonly entries: readonly JournalEntry[]
  /** Seconds of backlog at moments of the same clock; empty: not known. */
  readonly backlog: readonly Sample<number>[]
  /** What it was before the spike. */
  readonly backlogBeforeSeconds: number
}

/** The relay looks once a second when there is little to do. */
const BACKLOG_TOLERANCE_SECONDS = 2
/** Fewer seconds left say nothing about staying there. */
export const SHORTEST_REST_SECONDS = 5

/**
 * Seconds until from then on, to the end of the load, at most 1 % of each flow's requests are over their target or fail,
 * and the backlog is what it was. null: not within the time that was watched.
 */
export function secondsToRecover(after: AfterSpike): number | null {
  const { fromMs, toMs, targetsMs, entries, backlog, backlogBeforeSeconds } = after
  const last = (toMs - fromMs) / 1000 - SHORTEST_REST_SECONDS
  const isSpoilt = ({ flow, outcome, totalMs }: JournalEntry) =>
    outcome !== OUTCOME_OK || totalMs > (targetsMs[flow] ?? Number.POSITIVE_INFINITY)
  const flows = Object.keys(targetsMs)
  for (let second = 0; second <= last; second++) {
    const since = fromMs + second * 1000
    const rest = entries.filter(({ dueMs }) => dueMs >= since && dueMs < toMs)
    // Where nothing was asked, nothing is seen.
    const isBack =
      rest.length > 0 &&
      flows.every((flow) => {
        const own = rest.filter((entry) => entry.flow === flow)
        return own.filter(isSpoilt).length <= SLOW_SHARE * own.length
      })
    const limit = backlogBeforeSeconds + BACKLOG_TOLERANCE_SECONDS
    const isDrained = backlog.every(({ atMs, value }) => atMs < since || atMs > toMs || value <= limit)
    if (isBack && isDrained) return second
  }
  return null
}
