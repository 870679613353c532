// What a window must prove of each flow by itself, and how long that takes. Pure.

import { requestsToProve, type Targets } from '../contracts/judge.ts'
import type { Window } from './window-figures.ts'

export interface Proof extends Window {
  readonly ratePerSecond: number
  /** Flows that it is too short for, and the seconds of this rate that they take; Infinity: no number of requests is enough. */
  readonly tooRare: SecondsByFlow
}

export type SecondsByFlow = Readonly<Record<string, number>>

export interface Provable {
  /** Of each flow in the load. */
  readonly shares: Readonly<Record<string, number>>
  readonly targets: Targets
}

/** Whose a request is, is drawn: with so many on average, a flow seldom has fewer than `requests`. */
export function onAverage(requests: number): number {
  return requests + 3 * Math.sqrt(requests)
}

/** Until a flow has the requests that its targets take to be proven, or `least` of them, on average. */
export function secondsToProve(ratePerSecond: number, { shares, targets }: Provable, least = 0): SecondsByFlow {
  const seconds = Object.entries(shares).map(([flow, share]) => {
    const target = targets[flow]
    const requests = target === undefined ? 0 : Math.max(least, onAverage(requestsToProve(target)))
    return [flow, share > 0 ? requests / (ratePerSecond * share) : 0]
  })
  return Object.fromEntries(seconds)
}

/** The longest that is not beyond `most`: who is too rare for that prolongs nothing. */
export function longestWithin(seconds: SecondsByFlow, most: number): number {
  return Math.max(0, ...Object.values(seconds).filter((each) => each <= most))
}

export function proofOf(window: Omit<Proof, 'tooRare'>, seconds: SecondsByFlow): Proof {
  const { fromMs, toMs, ratePerSecond } = window
  const tooRare = Object.entries(seconds).filter(([, each]) => each > (toMs - fromMs) / 1000)
  return { fromMs, toMs, ratePerSecond, tooRare: Object.fromEntries(tooRare) }
}
