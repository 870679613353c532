// Low, mid and high carried through a calculation side by side. Every function here grows with each of its inputs, so low
// stays low.

import type { Cases } from '../../contracts/capacity-model/interval.ts'

export function mapCases(combine: (...values: number[]) => number, ...inputs: readonly Cases[]): Cases {
  return {
    low: combine(...inputs.map((input) => input.low)),
    mid: combine(...inputs.map((input) => input.mid)),
    high: combine(...inputs.map((input) => input.high)),
  }
}
