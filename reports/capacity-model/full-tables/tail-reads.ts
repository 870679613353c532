// How many reads count at p99. Reads do not spread evenly over the requests: who opens an old order reads all three of its
// pages, who rarely buys has old orders listed. With a latency without reads whose tail is exponential, of the scale
// s = p99 ÷ ln 100, and a number K of reads of d each,
//   P(latency > t) = E min(1, e^(−(t − d·K)/s)) = 1 %
// is solved for t; (t − p99) ÷ d reads count. They are E K where a read is short against s, and the 99th percentile of K
// where it is long. K is binomial within a group of requests that touch alike.

import { missProbability, type PoolTimes } from '../midpoint-pool.ts'
import type { RequestGroup } from './page-touches.ts'

const TAIL = 0.01
const STEPS = 50
/** Reads of fewer are none. */
const FEWEST = 1e-6

/** Reads that count at p99 ÷ reads of the mean request. `readOverP99`: d ÷ p99 without reads. */
export function tailFactor(groups: readonly RequestGroup[], times: PoolTimes, readOverP99: number): number {
  const chances = readCounts(groups, times)
  const mean = chances.reduce((sum, chance, count) => sum + chance * count, 0)
  if (mean < FEWEST) return 1
  const read = readOverP99 * -Math.log(TAIL)
  const beyond = (t: number): number =>
    chances.reduce((sum, chance, count) => sum + chance * Math.min(1, Math.exp(count * read - t)), 0)
  let [low, high] = [-Math.log(TAIL), -Math.log(TAIL) + chances.length * read]
  for (let step = 0; step < STEPS; step++) {
    const middle = (low + high) / 2
    if (beyond(middle) > TAIL) low = middle
    else high = middle
  }
  return (high + Math.log(TAIL)) / read / mean
}

/** P(K = 0), P(K = 1) … */
function readCounts(groups: readonly RequestGroup[], times: PoolTimes): readonly number[] {
  const total = groups.reduce((sum, { share }) => sum + share, 0)
  const chances: number[] = []
  for (const { share, touches } of groups) {
    const pages = touches.reduce((sum, { count }) => sum + count, 0)
    const reads = touches.reduce((sum, { probability, count }) => sum + count * missProbability(probability, times), 0)
    const most = Math.max(1, Math.round(pages))
    binomial(most, Math.min(1, reads / most)).forEach((chance, count) => {
      chances[count] = (chances[count] ?? 0) + (share / total) * chance
    })
  }
  return chances
}

function binomial(most: number, probability: number): readonly number[] {
  if (probability > 0.5) return binomial(most, 1 - probability).toReversed()
  const odds = probability / (1 - probability)
  const chances = [(1 - probability) ** most]
  for (let count = 1; count <= most; count++) {
    chances.push((chances[count - 1] ?? 0) * odds * ((most - count + 1) / count))
  }
  return chances
}
