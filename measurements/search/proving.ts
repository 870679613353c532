// What is left to prove once the place of the operating point is known: a flow that comes rarely has too few answers in
// the holds that found it. One long hold, where it can be paid.

import { BLOCK_SECONDS } from '../../contracts/measurement.ts'
import { type Evidence, secondsMissing, unprovenAt } from './evidence.ts'
import { countedBlocks } from './hold.ts'
import { LIMITS } from './search-limits.ts'
import type { SearchResult } from './search-result.ts'

/** Answers of a rare flow come by chance: a few more seconds than they take on average. */
const MARGIN = 1.1

/** The rate that would pass if every flow were proven, and was sustained, or a higher one was; null: none is known. */
function provableRate({ curve, errorFail, sustained, holds }: Evidence): number | null {
  if (curve === null) return null
  const end = LIMITS.belowEnd * Math.min(curve.low, errorFail ?? Number.POSITIVE_INFINITY)
  const long = holds.filter((hold) => hold.purpose !== 'probe' && countedBlocks(hold).length > 0)
  const isLost = sustained.lostAt !== null && sustained.lostAt <= end
  const highest = isLost ? sustained.upTo : Math.max(0, ...long.map(({ ratePerSecond }) => ratePerSecond))
  const rate = Math.floor(10 * Math.min(end, highest) + 1e-9) / 10
  return rate > 0 ? rate : null
}

export function unprovenOf(evidence: Evidence): SearchResult['unproven'] {
  const provable = provableRate(evidence)
  if (provable === null) return null
  // What passes close below the operating point's low end passes for it.
  const ratePerSecond = Math.min(provable, (evidence.curve?.low ?? 0) / LIMITS.nearby)
  const flows = unprovenAt(ratePerSecond, evidence)
  return flows.length === 0 ? null : { ratePerSecond: provable, flows }
}

/** null: nothing is left to prove, or holding longer would not prove it. */
export function provingHold(evidence: Evidence): { readonly ratePerSecond: number; readonly blocks: number } | null {
  const unproven = unprovenOf(evidence)
  const seconds = unproven === null ? null : secondsMissing(unproven.flows)
  if (unproven === null || seconds === null) return null
  return { ratePerSecond: unproven.ratePerSecond, blocks: Math.ceil((MARGIN * seconds) / BLOCK_SECONDS) }
}
