// Which order a request is about: the age share x = u^k of a uniform u, so that requests up to the age x are x^(1/k) of
// all (contracts/seeded-choice.ts). Pages in primary-key order are pages in the order of time.

import type { PopularityBin } from '../popularity.ts'

const SINGLE_PAGES = 64
const PAGES_GROWTH = 1.05

/** Share of the requests that are about the newest `age` of the rows. */
export function requestsUpTo(age: number, recencyExponent: number): number {
  return Math.min(1, Math.max(0, age)) ** (1 / recencyExponent)
}

export interface AgeStretch {
  readonly pages: number
  /** Shares of the table, 0: newest. */
  readonly from: number
  readonly to: number
}

/** A table's pages by age: the newest one by one, then in stretches that grow by a fixed ratio. */
export function agesOf(pages: number): readonly AgeStretch[] {
  const stretches: AgeStretch[] = []
  for (let from = 0; from < pages; ) {
    const to = from < SINGLE_PAGES ? from + 1 : Math.min(pages, Math.ceil(from * PAGES_GROWTH))
    stretches.push({ pages: to - from, from: from / pages, to: to / pages })
    from = to
  }
  return stretches
}

/** Pages of a table of which each request touches the one its order lies on. */
export function pagesByAge(pages: number, recencyExponent: number): readonly PopularityBin[] {
  return agesOf(pages).map(({ pages: count, from, to }) => ({
    count,
    probability: (requestsUpTo(to, recencyExponent) - requestsUpTo(from, recencyExponent)) / count,
  }))
}
