// How many requests may be under way at once, and how long the first of them take to open their connections.

import type { Segment } from '../contracts/schedule.ts'

/** Answers may take so many times the target before a request finds no free user. */
const PATIENCE_OF_TARGET = 5
const SHORTEST_PATIENCE_SECONDS = 1
const FEWEST_USERS = 8
/** Each takes k6 about 0.2 MB and a few milliseconds to make. */
const MOST_USERS = 3000

/** Little's law, N = λ W: users that are busy when answers take W. */
export function virtualUsersFor(ratePerSecond: number, targetP99Ms: number): number {
  return Math.min(MOST_USERS, Math.max(FEWEST_USERS, Math.ceil(ratePerSecond * patienceSeconds(targetP99Ms))))
}

/** Beyond it there are not users enough. */
export function highestRateFor(targetP99Ms: number): number {
  return MOST_USERS / patienceSeconds(targetP99Ms)
}

function patienceSeconds(targetP99Ms: number): number {
  return Math.max(SHORTEST_PATIENCE_SECONDS, (PATIENCE_OF_TARGET * targetP99Ms) / 1000)
}

/** Every user takes one of the first N requests, so after them no connection is new; and a second for k6 to settle. */
export function leadInOf(virtualUsers: number, ratePerSecond: number): Segment {
  return { ratePerSecond, seconds: Math.ceil(virtualUsers / ratePerSecond) + 1 }
}
