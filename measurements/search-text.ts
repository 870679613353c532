// How a search ended, for people: fields → sentence.

import { percent, perSecond, seconds } from './reason-text.ts'
import type { SearchReason, SearchResult } from './search/search-result.ts'
import type { ClaimedRate } from './search-verdict.ts'

const WHY: Readonly<Record<SearchReason, string>> = {
  errors: 'there were too many errors, and no sign of fewer at a lower rate',
  'below-lowest': 'it lies below every useful rate',
  'rates-disagree': 'late answers do not follow the rate, so no rate can be told from the others',
  'errors-unproven': 'there were too few answers to prove the error target',
  'too-few-answers': 'there were too few answers',
  'not-sustained': 'from some rate on it did not keep up with what it promised',
  'generator-limit': 'the generator can offer no more',
  disturbed: 'above it something else came between each time',
  budget: 'the time was over',
}

export interface SearchEnd {
  readonly load: string
  /** null: no rate is asked for. */
  readonly claimed: ClaimedRate | null
  readonly result: SearchResult
}

export function searchReason({ load, claimed, result }: SearchEnd): string {
  return [
    found(result),
    failingText(result),
    claimText(result, claimed),
    unprovenText(result),
    neededText(result, load),
  ]
    .filter(Boolean)
    .join('; ')
}

function found({ operatingPoint, interval, reason, bracket: { lastPass, firstFail } }: SearchResult): string {
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
  const rate = perSecond(claimed.perSecond)
  // Whoever asks gets an answer, but for what lies beyond the generator or what the target may get.
  if (claim === null && claimed.decides) return `${rate}, ${which}, is more than may be offered`
  if (claim === null) return `${rate}, ${which}, lies far beyond what was tried`
  const verdicts = { pass: 'is met', fail: 'is missed', undecided: 'is not decided', invalid: 'could not be judged' }
  const why = claim.reason === null ? '' : ` (${WHY[claim.reason]})`
  return `${perSecond(claim.ratePerSecond)}, ${which}, ${verdicts[claim.verdict]}${why}`
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

/** `checkout had 1.1 % errors up to 437/s, and 0.1 % may be`. */
function failingText({ failing }: SearchResult): string {
  if (failing === null) return ''
  const { flow, by, ratePerSecond, count, answered, targetShare } = failing
  const what = by === 'slow' ? 'of its answers over its p99 target at' : 'errors up to'
  return `${flow} had ${percent(count / Math.max(1, answered))} ${what} ${perSecond(ratePerSecond)}, and ${percent(targetShare)} may be`
}

/** `not proven at 470/s: search (131 of 299 answers, 155 s more)`. A flow of a mix may come too rarely for a proof. */
function unprovenText({ unproven }: SearchResult): string {
  if (unproven === null) return ''
  const flows = unproven.flows.map(({ flow, answered, neededAnswers, missingSeconds }) => {
    if (neededAnswers === null || missingSeconds === null) return `${flow} (more of the same would not prove it)`
    const answers = `${answered.toLocaleString('en')} of ${neededAnswers.toLocaleString('en')} answers`
    return `${flow} (${answers}, ${seconds(1000 * Math.ceil(missingSeconds))} more)`
  })
  return `not proven at ${perSecond(unproven.ratePerSecond)}: ${flows.join(', ')}`
}
