// Hit ratio of an LRU cache under independent requests, by Che's approximation: a page stays for the same time T after
// each request, with Σ (1 − e^{−p·T}) = C; it is hit with probability 1 − e^{−p·T}.
// H. Che, Y. Tung, Z. Wang (2002); exact in the limit, C. Fricker et al. (2012).

import type { CacheAnswer, CacheQuestion, PoolSize } from '../../contracts/capacity-model/cache.ts'
import { type PopularityBin, zipfBins } from './popularity.ts'

const METHOD =
  'Che’s approximation of LRU, independent requests, Zipf popularity in log-spaced bins; InnoDB’s midpoint LRU and recency are not in it'

export function answerCache(question: CacheQuestion): CacheAnswer {
  const bins = zipfBins(question.zipf, question.pages)
  const hitRatio = cheHitRatio(bins, question)
  const base = { method: METHOD, hitRatio, upperBoundHitRatio: popularMass(bins, question.poolPages) }
  if (question.twin === undefined) return base
  const { twin } = question
  const twinBins = zipfBins(question.zipf, twin.pages)
  const twinHitRatio = cheHitRatio(twinBins, twin)
  const correctedPoolPages = Math.round(poolForHitRatio(twinBins, twin.pages, hitRatio))
  return { ...base, twin: { hitRatio: twinHitRatio, bias: twinHitRatio - hitRatio, correctedPoolPages } }
}

export function cheHitRatio(bins: readonly PopularityBin[], { pages, poolPages }: PoolSize): number {
  if (poolPages >= pages) return 1
  if (poolPages <= 0) return 0
  return requestsHit(
    bins,
    solveTime(bins, (time) => pagesHeld(bins, time) < poolPages),
  )
}

/** The pool that reaches a hit ratio: the same equation read the other way, so no search over pools. */
export function poolForHitRatio(bins: readonly PopularityBin[], pages: number, hitRatio: number): number {
  if (hitRatio >= 1) return pages
  if (hitRatio <= 0) return 0
  return pagesHeld(
    bins,
    solveTime(bins, (time) => requestsHit(bins, time) < hitRatio),
  )
}

/** Share of requests that go to the C most popular pages: what a naive estimate takes for the hit ratio of LRU. */
export function popularMass(bins: readonly PopularityBin[], poolPages: number): number {
  let left = poolPages
  let mass = 0
  for (const { count, probability } of bins) {
    const held = Math.min(left, count)
    mass += held * probability
    left -= held
  }
  return Math.min(1, mass)
}

function pagesHeld(bins: readonly PopularityBin[], time: number): number {
  return bins.reduceRight((sum, bin) => sum - bin.count * Math.expm1(-bin.probability * time), 0)
}

function requestsHit(bins: readonly PopularityBin[], time: number): number {
  return bins.reduceRight((sum, bin) => sum - bin.count * bin.probability * Math.expm1(-bin.probability * time), 0)
}

/** Bisection on ln T, from a time too short for any hit to one that keeps even the least popular page. */
function solveTime(bins: readonly PopularityBin[], isTooShort: (time: number) => boolean): number {
  const rarest = bins.at(-1)?.probability ?? 1
  let low = -40
  let high = Math.log(40 / rarest)
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2
    if (middle <= low || middle >= high) break
    if (isTooShort(Math.exp(middle))) low = middle
    else high = middle
  }
  return Math.exp(high)
}
