// What a search found out, as fields: sentences are made where they are shown.

import type { JudgedBy } from '../../contracts/measurement.ts'
import type { HoldPurpose } from './hold.ts'

export type SearchState = 'bracketed' | 'passed-no-failure-found' | 'refused' | 'undecided' | 'invalid'

export type SearchReason =
  /** Too many errors, and no sign of fewer at a lower rate. */
  | 'errors'
  /** The operating point lies below every useful rate. */
  | 'below-lowest'
  /** Late answers do not follow the rate: no rate can be told from the others. */
  | 'rates-disagree'
  /** Too few answers to prove the error target. */
  | 'errors-unproven'
  | 'too-few-answers'
  /** From some rate on the system did not keep up with what it promised. */
  | 'not-sustained'
  /** The generator's own limit was reached. */
  | 'generator-limit'
  /** Above the rates that could be measured, something came between each time. */
  | 'disturbed'
  | 'budget'

export type RateVerdict = 'pass' | 'fail' | 'undecided' | 'invalid'

export interface TriedRate {
  readonly ratePerSecond: number
  readonly purpose: HoldPurpose
  readonly verdict: RateVerdict
  readonly countedBlocks: number
  readonly spoiltBlocks: number
  readonly answered: number
  readonly overTarget: number
  readonly errors: number
}

export interface ClaimResult {
  readonly ratePerSecond: number
  readonly verdict: RateVerdict
  readonly reason: SearchReason | null
  /** Of a hold at this rate that would decide; null where none can be named, or none is needed. */
  readonly neededSeconds: number | null
}

/** A flow that may pass at a rate, and is not proven to. */
export interface UnprovenFlow {
  readonly flow: string
  readonly answered: number
  /** When all goes on as it did; null: more of the same would not prove it. */
  readonly neededAnswers: number | null
  readonly missingSeconds: number | null
}

/** The flow by which the lowest rate fails that is proven to. */
export interface FailingFlow {
  readonly flow: string
  readonly by: JudgedBy
  readonly ratePerSecond: number
  /** Late answers, or errors, of so many answers there. */
  readonly count: number
  readonly answered: number
  /** What may be. */
  readonly targetShare: number
}

export interface RateInterval {
  readonly low: number
  readonly high: number
  readonly confidence: number
}

export interface SearchResult {
  readonly state: SearchState
  readonly reason: SearchReason | null
  readonly operatingPoint: { readonly ratePerSecond: number; readonly interval: RateInterval } | null
  /** Where the operating point lies, however wide; null when nothing counts. */
  readonly interval: RateInterval | null
  /** Of the rates tried: the highest proven to pass, the lowest proven to fail. */
  readonly bracket: { readonly lastPass: number | null; readonly firstFail: number | null }
  /** Of the bracket's end; null: none is proven to fail. */
  readonly failing: FailingFlow | null
  /** What keeps the rate that otherwise would from passing, and that rate. */
  readonly unproven: { readonly ratePerSecond: number; readonly flows: readonly UnprovenFlow[] } | null
  readonly claim: ClaimResult | null
  readonly rates: readonly TriedRate[]
  readonly countedBlocks: number
  /** How often it was asked whether the evidence is enough. */
  readonly looks: number
  readonly loadSeconds: number
  /** What happens more rarely than once in so many seconds was not seen (rule of three, 95 %). */
  readonly rarestEventSeconds: number
  /** A budget that would probably end the search; null when it has ended, or more of the same would not help. */
  readonly neededSeconds: number | null
}
