// Which rate to offer next, when the highest rate that meets the targets is wanted: climb by a factor until a rate does
// not pass, then halve the bracket [last pass, first fail] on a logarithmic scale. Pure.

import { bracketOf, type RatedOutcome } from '../contracts/operating-point.ts'

export interface KneeSearch {
  readonly startPerSecond: number
  readonly lowestPerSecond: number
  readonly maxSteps: number
}

const CLIMB_FACTOR = 1.35
const DESCENT_FACTOR = 0.6
/** The bracket is narrow enough when its ends are this close. */
const NARROW_BRACKET = 1.08
/** One failing step may be bad luck. */
const FAILURES_WANTED = 2
/** Fewer points and no curve can be fitted: three parameters, and something left to judge the fit by. */
const STEPS_WANTED = 6

/** null: the search is over. */
export function nextKneeRate(tried: readonly RatedOutcome[], search: KneeSearch): number | null {
  if (tried.length >= search.maxSteps) return null
  if (tried.length === 0) return rounded(Math.max(search.startPerSecond, search.lowestPerSecond))
  const { lastPass, firstMiss } = bracketOf(tried)
  if (lastPass === null) {
    const lower = rounded(Math.min(...tried.map(({ ratePerSecond }) => ratePerSecond)) * DESCENT_FACTOR)
    return lower < search.lowestPerSecond ? null : lower
  }
  if (firstMiss === null) return rounded(lastPass * CLIMB_FACTOR)
  if (firstMiss / lastPass > NARROW_BRACKET) return between(lastPass, firstMiss)
  const failures = tried.filter(({ outcome }) => outcome !== 'pass').length
  if (failures < FAILURES_WANTED) return rounded(firstMiss * CLIMB_FACTOR)
  return tried.length < STEPS_WANTED ? widestGap(tried) : null
}

function between(low: number, high: number): number | null {
  const middle = rounded(Math.sqrt(low * high))
  return middle > low && middle < high ? middle : null
}

/** Another point where the curve is known least. */
function widestGap(tried: readonly RatedOutcome[]): number | null {
  const rates = [...new Set(tried.map(({ ratePerSecond }) => ratePerSecond))].sort((a, b) => a - b)
  const gaps = rates.slice(1).map((high, at) => ({ low: rates[at] ?? high, high }))
  const widest = gaps.toSorted((a, b) => b.high / b.low - a.high / a.low)[0]
  return widest === undefined ? null : between(widest.low, widest.high)
}

/** Tenths per second: what k6 can offer. */
function rounded(ratePerSecond: number): number {
  return Math.max(0.1, Math.round(ratePerSecond * 10) / 10)
}
