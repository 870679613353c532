// The operating point as a bracket, from what steps proved at their rates. A pass above a miss was luck, or the miss
// was: the lower end is what holds, and a rate with repeats passes only when every repeat does.

import type { Outcome } from './measurement.ts'

export interface RatedOutcome {
  readonly ratePerSecond: number
  readonly outcome: Outcome
}

export interface Bracket {
  /** The highest rate that passed below every miss. */
  readonly lastPass: number | null
  /** The lowest rate that did not pass, for whatever reason. */
  readonly firstMiss: number | null
  /** The lowest rate that is proven to fail; never below `firstMiss`. */
  readonly firstFail: number | null
}

/** Of what the system did: tries that were spoilt from outside are no part of it. */
export function bracketOf(tried: readonly RatedOutcome[]): Bracket {
  const rates = (wanted: (outcome: Outcome) => boolean) =>
    tried.filter(({ outcome }) => wanted(outcome)).map(({ ratePerSecond }) => ratePerSecond)
  const firstMiss = lowest(rates((outcome) => outcome !== 'pass'))
  const passed = rates((outcome) => outcome === 'pass').filter((rate) => firstMiss === null || rate < firstMiss)
  return {
    lastPass: passed.length > 0 ? Math.max(...passed) : null,
    firstMiss,
    firstFail: lowest(rates((outcome) => outcome === 'fail')),
  }
}

function lowest(rates: readonly number[]): number | null {
  return rates.length > 0 ? Math.min(...rates) : null
}
