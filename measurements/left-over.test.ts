import { describe, expect, it } from 'vitest'
import { type JournalEntry, OUTCOME_LEFT_OVER } from '../contracts/journal.ts'
import { turnsOf } from '../contracts/journey.ts'
import { offeringSeconds, requestCount } from '../contracts/schedule.ts'
import { allShares, isOfShare, WHOLE } from '../contracts/share.ts'
import { dueTimesOf } from '../contracts/workload.ts'
import { leftOver, type OfferedRequests } from './left-over.ts'

const OFFERED: OfferedRequests = {
  weights: { list: 12, detail: 8, checkout: 1, pay: 0.9, cancel: 0.1 },
  schedule: [
    { ratePerSecond: 40.3, seconds: 9 },
    { ratePerSecond: 120, seconds: 11 },
  ],
  arrivals: 'poisson',
  runId: 'left-over',
  shares: [WHOLE],
}
const COUNT = requestCount(OFFERED.schedule)
const due = dueTimesOf(OFFERED.schedule, OFFERED.arrivals, OFFERED.runId)

/** A journal of all requests: what is undefined is not in it. */
const journal = (outcomeOf: (iteration: number) => string | undefined, { weights, shares } = OFFERED) =>
  shares.flatMap((share) =>
    turnsOf(weights, due, OFFERED.runId, share).flatMap(({ flow }, place): JournalEntry[] => {
      const iteration = place * share.of + share.index
      const outcome = iteration < COUNT ? outcomeOf(iteration) : undefined
      const dueMs = due[iteration] ?? 0
      return outcome === undefined
        ? []
        : [{ iteration, flow, dueMs, waitedMs: 0, lateMs: 0, totalMs: 5, serviceMs: 5, outcome }]
    }),
  )

describe('what was left over', () => {
  it('is nothing where every request has an entry, right or wrong, though the last moment is no request', () => {
    expect(due.length).toBeGreaterThan(COUNT)
    expect(
      leftOver(
        OFFERED,
        journal((i) => (i % 3 === 0 ? 'status 503' : 'ok')),
      ),
    ).toEqual([])
  })

  it('is every request that no user took, of the flow that it would have been, late by as long as k6 went on', () => {
    const left = leftOver(
      OFFERED,
      journal((i) => (i < 900 ? 'ok' : undefined)),
    )
    const whole = journal(() => 'ok')
    expect(left.map(({ iteration, flow, dueMs }) => [iteration, flow, dueMs])).toEqual(
      whole.slice(900).map(({ iteration, flow, dueMs }) => [iteration, flow, dueMs]),
    )
    expect(new Set(left.map(({ flow }) => flow)).size).toBeGreaterThan(2)
    for (const { dueMs, waitedMs, totalMs, outcome } of left) {
      expect(dueMs + waitedMs).toBeCloseTo(1000 * offeringSeconds(OFFERED.schedule))
      expect([totalMs, outcome]).toEqual([waitedMs, OUTCOME_LEFT_OVER])
    }
  })

  it('is nothing of what would have followed from a refused request', () => {
    const turns = turnsOf(OFFERED.weights, due, OFFERED.runId, WHOLE)
    const first = turns.findIndex(({ follows, next }) => follows !== true && next !== undefined)
    const followers: number[] = []
    for (let at = turns[first]?.next; at !== undefined; at = turns[at]?.next) followers.push(at)
    expect(followers.length).toBeGreaterThan(0)
    const outcomeOf = (i: number) => (followers.includes(i) ? undefined : i === first ? 'status 503' : 'ok')
    expect(leftOver(OFFERED, journal(outcomeOf))).toEqual([])
    const answered = (i: number) => (followers.includes(i) ? undefined : 'ok')
    expect(leftOver(OFFERED, journal(answered)).map(({ iteration }) => iteration)).toEqual(followers)
  })

  it('is of those generators only that belong here', () => {
    const [, second] = allShares(3)
    const own = { ...OFFERED, weights: { list: 1 }, shares: [second!] }
    const left = leftOver(
      own,
      journal((i) => (i < 600 ? 'ok' : undefined), own),
    )
    expect(left.length).toBeGreaterThan(300)
    expect(left.every(({ iteration }) => isOfShare(iteration, second!) && iteration >= 600)).toBe(true)
  })
})
