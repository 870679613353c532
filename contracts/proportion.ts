// A share that was seen, and the bounds it really lies within: each end holds with 95 %.

export interface ShareBounds {
  readonly share: number
  readonly low: number
  readonly high: number
  /** `blocks`: means of 5-second blocks, which know that requests queue behind each other. `requests`: they do not. */
  readonly basis: 'blocks' | 'requests'
  readonly count: number
}

const ONE_SIDED = 0.05

/** Exact binomial bounds: Clopper and Pearson, Biometrika 26 (1934). */
export function exactBounds(hits: number, trials: number): ShareBounds {
  if (trials === 0) return { share: 0, low: 0, high: 1, basis: 'requests', count: 0 }
  const atMost = (share: number) => binomialTail(hits, trials, share)
  const atLeast = (share: number) => 1 - binomialTail(hits - 1, trials, share)
  return {
    share: hits / trials,
    low: hits === 0 ? 0 : solve((share) => atLeast(share) - ONE_SIDED),
    high: hits === trials ? 1 : solve((share) => ONE_SIDED - atMost(share)),
    basis: 'requests',
    count: trials,
  }
}

export interface BlockCount {
  readonly hits: number
  readonly trials: number
}

/** Means of blocks with Student's t; the ratio estimator, because blocks hold unequal numbers (Cochran, §6.4). */
export function blockBounds(blocks: readonly BlockCount[]): ShareBounds {
  const count = blocks.length
  const trials = blocks.reduce((sum, block) => sum + block.trials, 0)
  const share = trials === 0 ? 0 : blocks.reduce((sum, { hits }) => sum + hits, 0) / trials
  const residuals = blocks.reduce((sum, block) => sum + (block.hits - share * block.trials) ** 2, 0)
  const error = Math.sqrt((residuals * count) / (count - 1)) / Math.max(1, trials)
  const reach = studentQuantile(count - 1) * error
  return { share, low: Math.max(0, share - reach), high: Math.min(1, share + reach), basis: 'blocks', count }
}

/** P(X ≤ hits), X binomial: summed from the larger terms, in logarithms. */
function binomialTail(hits: number, trials: number, share: number): number {
  if (hits < 0) return 0
  if (share <= 0) return 1
  if (share >= 1) return hits >= trials ? 1 : 0
  const logOdds = Math.log(share / (1 - share))
  let logTerm = trials * Math.log1p(-share)
  let sum = Math.exp(logTerm)
  for (let k = 1; k <= hits; k++) {
    logTerm += logOdds + Math.log((trials - k + 1) / k)
    sum += Math.exp(logTerm)
  }
  return Math.min(1, sum)
}

/** The root of a function that rises through [0, 1]. */
function solve(rising: (share: number) => number): number {
  let [low, high] = [0, 1]
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2
    if (rising(middle) < 0) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** 95 % quantile of Student's t: Cornish–Fisher, Abramowitz & Stegun 26.7.5; right to 0.1 % from 5 degrees on. */
function studentQuantile(degrees: number): number {
  const z = 1.6448536269514722
  const g1 = (z ** 3 + z) / 4
  const g2 = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96
  const g3 = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384
  return z + g1 / degrees + g2 / degrees ** 2 + g3 / degrees ** 3
}
