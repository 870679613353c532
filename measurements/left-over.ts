// What was due and stands in no journal: k6 takes no more requests when its time is up, and drops the rest in silence. Pure.

import { type JournalEntry, OUTCOME_LEFT_OVER, OUTCOME_OK } from '../contracts/journal.ts'
import { turnsOf } from '../contracts/journey.ts'
import { type OpenArrivals, offeringSeconds, requestCount, type Segment } from '../contracts/schedule.ts'
import { nthOfShare, type Share, shareCount } from '../contracts/share.ts'
import { dueTimesOf, type FlowWeights } from '../contracts/workload.ts'

/** What decides which requests there are. */
export interface OfferedRequests {
  readonly weights: FlowWeights
  readonly schedule: readonly Segment[]
  readonly arrivals: OpenArrivals
  readonly runId: string
  readonly shares: readonly Share[]
}

/**
 * An entry for each of them, as late as k6 went on. Whoever is refused sends nothing more: what would have followed is not
 * left over.
 */
export function leftOver(offered: OfferedRequests, journaled: readonly JournalEntry[]): readonly JournalEntry[] {
  const { weights, schedule, arrivals, runId, shares } = offered
  const count = requestCount(schedule)
  const outcomes = new Map(journaled.map(({ iteration, outcome }) => [iteration, outcome]))
  if (outcomes.size >= shares.reduce((sum, share) => sum + shareCount(count, share), 0)) return []
  const dueTimesMs = dueTimesOf(schedule, arrivals, runId)
  const endMs = offeringSeconds(schedule) * 1000
  return shares.flatMap((share) => {
    const givenUp = new Set<number>()
    return turnsOf(weights, dueTimesMs, runId, share).flatMap(({ flow, next }, place): readonly JournalEntry[] => {
      const iteration = nthOfShare(place, share)
      const outcome = outcomes.get(iteration)
      const isRefused = givenUp.has(place) || (outcome !== undefined && outcome !== OUTCOME_OK)
      if (isRefused && next !== undefined) givenUp.add(next)
      if (outcome !== undefined || givenUp.has(place) || iteration >= count) return []
      const dueMs = dueTimesMs[iteration] ?? 0
      const waitedMs = endMs - dueMs
      return [
        { iteration, flow, dueMs, waitedMs, lateMs: 0, totalMs: waitedMs, serviceMs: 0, outcome: OUTCOME_LEFT_OVER },
      ]
    })
  })
}
