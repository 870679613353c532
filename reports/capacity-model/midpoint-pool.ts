// Misses of InnoDB's buffer pool under independent requests. Its list has two parts: a page that is read enters the old
// part; asked for again while there, it moves to the young part; not asked for in time, a young page falls to the old
// part and an old one out of the pool.
//
// Che's approximation for both parts: a page keeps its place for a time T after it came or was last asked for, the same
// for all pages. With the rate λ, a = e^(−λ·Told) and e = e^(−λ·Tyoung) the page is, by the cycle from miss to miss,
//   missing  a·e ÷ (a·e + 1 − a),   old  (1 − a)·e ÷ (a·e + 1 − a),   young the rest,
// and the two times follow from the sizes of the parts. M. Garetto, E. Leonardi, V. Martina, "A unified approach to the
// performance analysis of caching systems" (2016) treat lists in series this way. Left out: the first quarter of the
// young part is not reordered, and a page has to be a second old before it may become young.
// https://dev.mysql.com/doc/refman/8.4/en/innodb-buffer-pool.html

import type { PopularityBin } from './popularity.ts'

/** innodb_old_blocks_pct. With 1 the list has one part and is plain LRU. */
const OLD_SHARE = 0.37
const STEPS = 24

export interface PoolTimes {
  readonly old: number
  readonly young: number
}

interface Contents {
  readonly held: number
  readonly old: number
  readonly misses: number
}

/** Bins may sum to more than 1: a request touches several pages. Result: pages read from disk per request. */
export function poolMisses(bins: readonly PopularityBin[], poolPages: number, oldShare = OLD_SHARE): number {
  return contents(touchedBins(bins), poolTimes(bins, poolPages, oldShare)).misses
}

export function holdsAll(bins: readonly PopularityBin[], poolPages: number): boolean {
  return poolPages >= pagesOf(touchedBins(bins))
}

/** How long pages keep their places, in requests. */
export function poolTimes(bins: readonly PopularityBin[], poolPages: number, oldShare = OLD_SHARE): PoolTimes {
  const touched = touchedBins(bins)
  if (holdsAll(bins, poolPages)) return { old: Number.POSITIVE_INFINITY, young: Number.POSITIVE_INFINITY }
  if (poolPages <= 0) return { old: 0, young: 0 }
  return solve(touched, oldShare, ({ held }) => held < poolPages)
}

/** Of a page that so many requests ask for: the share of them that have to read it. One that nobody asks for is not there. */
export function missProbability(probability: number, times: PoolTimes): number {
  if (probability === 0) return 1
  return contents([{ count: 1, probability }], times).misses / probability
}

/** The pool that misses as often: the same equations read the other way. */
export function poolForMisses(bins: readonly PopularityBin[], misses: number, oldShare = OLD_SHARE): number {
  const touched = touchedBins(bins)
  if (misses <= 0) return pagesOf(touched)
  if (misses >= touchesOf(touched)) return 0
  return contents(
    touched,
    solve(touched, oldShare, (found) => found.misses > misses),
  ).held
}

export function touchesOf(bins: readonly PopularityBin[]): number {
  return bins.reduce((sum, { count, probability }) => sum + count * probability, 0)
}

function pagesOf(bins: readonly PopularityBin[]): number {
  return bins.reduce((sum, { count }) => sum + count, 0)
}

/** Bins of nearly equal probability together, which a few hundred then are; pages that nobody asks for take no place. */
function touchedBins(bins: readonly PopularityBin[]): readonly PopularityBin[] {
  const least = touchesOf(bins) * 1e-15
  const classes = new Map<number, { count: number; mass: number }>()
  for (const { count, probability } of bins) {
    if (count <= 0 || probability <= least) continue
    const key = Math.round(Math.log(probability) / CLASS_WIDTH)
    const found = classes.get(key) ?? { count: 0, mass: 0 }
    classes.set(key, { count: found.count + count, mass: found.mass + count * probability })
  }
  return [...classes.values()].map(({ count, mass }) => ({ count, probability: mass / count }))
}

const CLASS_WIDTH = 0.08

/** Both times: the longer the old one at an unchanged aim, the shorter the young one and the larger the old part. */
function solve(
  bins: readonly PopularityBin[],
  oldShare: number,
  isTooSmall: (contents: Contents) => boolean,
): PoolTimes {
  const rarest = bins.reduce((least, { probability }) => Math.min(least, probability), Number.POSITIVE_INFINITY)
  const longest = Math.log(80 / rarest)
  const youngFor = (old: number): number => {
    if (!isTooSmall(contents(bins, { old, young: 0 }))) return 0
    return bisect(longest, (young) => isTooSmall(contents(bins, { old, young })))
  }
  const old = bisect(longest, (time) => {
    const young = youngFor(time)
    if (young === 0) return isTooSmall(contents(bins, { old: time, young }))
    const found = contents(bins, { old: time, young })
    return found.old < oldShare * found.held
  })
  return { old, young: youngFor(old) }
}

/** On ln T. */
function bisect(longest: number, isTooShort: (time: number) => boolean): number {
  let [low, high] = [-40, longest]
  for (let step = 0; step < STEPS; step++) {
    const middle = (low + high) / 2
    if (isTooShort(Math.exp(middle))) low = middle
    else high = middle
  }
  return Math.exp(high)
}

function contents(bins: readonly PopularityBin[], times: PoolTimes): Contents {
  let [held, old, misses] = [0, 0, 0]
  for (const { count, probability } of bins) {
    const stays = -Math.expm1(-probability * times.old)
    const leaves = 1 - stays
    const ages = Math.exp(-probability * times.young)
    const cycle = leaves * ages + stays
    held += (count * stays) / cycle
    old += (count * stays * ages) / cycle
    misses += (count * probability * leaves * ages) / cycle
  }
  return { held, old, misses }
}
