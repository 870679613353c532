// Whether a series settles, and how much of its start to leave out.

import type { Refused } from './interval.ts'

export interface SteadyQuestion {
  readonly series: readonly number[]
}

export interface SteadyAnswer {
  readonly steady: true
  /** Observations at the start that still belong to the warm-up. */
  readonly discard: number
  readonly mean: number
  readonly kept: number
}

export interface UnsteadyAnswer extends Refused {
  readonly steady: false
  readonly discard: null
  readonly mean: null
}
