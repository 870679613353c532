// How a search ended, for people: fields → sentence.

import type { Step } from '../contracts/measurement.ts'
import { perSecond, reasonOf, seconds } from './reason-text.ts'
import type { SearchReason, SearchResult } from './search/search-result.ts'
import type { ClaimedRate } from './search-verdict.ts'

const WHY: Readonly<Record<SearchReason, string>> = {
  errors: 'every rate had too many errors',
  'below-lowest': 'it lies below every useful rate',
  'rates-disagree': 'late answers do not follow the rate, so no rate can be told from the others',
  'errors-unproven': 'there were too few answers to prove the error target',
  'too-few-answers': 'there were too few answers',
  'generator-limit': 'the generator can offer no more',
  disturbed: 'above it something else came between each time',
  budget: 'the time was over',
}

export interface SearchEnd {
  readonly load: string
  /** null: no rate is asked for. */
  readonly claimed: ClaimedRate | null
  readonly result: SearchResult
  readonly bracket: SearchResult['bracket']
  readonly steps: readonly Step[]
}

export function searchReason({ load, claimed, result, bracket, steps }: SearchEnd): string {
  return [found(result, bracket), claimText(result, claimed), neededText(result, load), unjudgedText(steps)]
    .filter(Boolean)
    .join('; ')
}

function found(
  { operatingPoint, interval, reason }: SearchResult,
  { lastPass, firstFail }: SearchResult['bracket'],
): string {
  const why = reason === null ? '' : ` (${WHY[reason]})`
  const proven = [
    lastPass === null ? 'no rate is proven to pass' : `${perSecond(lastPass)} is proven to pass`,
    firstFail === null ? 'none to fail' : `${perSecond(firstFail)} to fail`,
  ].join(', ')
  if (operatingPoint !== null) {
    const { low, high, confidence } = operatingPoint.interval
    return `operating point ${perSecond(operatingPoint.ratePerSecond)} (${perSecond(low)} to ${perSecond(high)}, ${Math.round(100 * confidence)} %)${why}; ${proven}`
  }
  const where = interval === null ? '' : `, somewhere from ${perSecond(interval.low)} to ${perSecond(interval.high)}`
  return `no operating point is stated${where}${why}; ${proven}`
}

function claimText({ claim }: SearchResult, claimed: ClaimedRate | null): string {
  if (claimed === null) return ''
  const which = claimed.decides ? 'which is asked for' : "an ordinary second of the plan's whole fleet"
  if (claim === null) return `${perSecond(claimed.perSecond)}, ${which}, lies far beyond what was tried`
  const verdicts = { pass: 'is met', fail: 'is missed', undecided: 'is not decided', invalid: 'could not be judged' }
  return `${perSecond(claim.ratePerSecond)}, ${which}, ${verdicts[claim.verdict]}`
}

function neededText({ neededSeconds, claim }: SearchResult, load: string): string {
  const needed = [
    neededSeconds === null
      ? ''
      : `npm run load -- ${load} --load-seconds ${Math.ceil(neededSeconds)} would probably end the search`,
    claim?.neededSeconds == null
      ? ''
      : `a hold of ${seconds(claim.neededSeconds * 1000)} would decide what is asked for`,
  ]
  return needed.filter(Boolean).join(', ')
}

/** In a mix a flow may come too rarely for a proof. */
function unjudgedText(steps: readonly Step[]): string {
  const last = steps.findLast(({ kind, judgement }) => kind === 'measured' && judgement.outcome === 'undecided')
  return last === undefined || Object.keys(last.flows).length < 2 ? '' : reasonOf(last)
}
