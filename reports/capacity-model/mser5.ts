// MSER-5: leave out as much of the start as makes the mean of the rest most certain, in batches of five.
// K. White, "An Effective Truncation Heuristic for Bias Reduction in Simulation Output" (1997).

import type { SteadyAnswer, SteadyQuestion, UnsteadyAnswer } from '../../contracts/capacity-model/steadiness.ts'
import { refuse } from './refuse.ts'

const BATCH = 5
/** With fewer batches half of them is no series to judge. */
const NEEDED_BATCHES = 10

export function mser5({ series }: SteadyQuestion): SteadyAnswer | UnsteadyAnswer {
  const batches = batchMeans(series)
  if (batches.length < NEEDED_BATCHES) {
    const needed = BATCH * NEEDED_BATCHES
    return unsteady(
      'too-short',
      `${series.length} observations; ${needed} are needed to tell a warm-up from noise`,
      needed,
    )
  }
  const half = Math.floor(batches.length / 2)
  const truncation = bestTruncation(batches, half)
  if (truncation >= half) {
    const message =
      'leaving out half of the series still improves its mean: it drifts and has no steady state to measure'
    return unsteady('not-steady', message)
  }
  const discard = truncation * BATCH
  const kept = series.slice(discard)
  return { steady: true, discard, mean: kept.reduce((sum, value) => sum + value, 0) / kept.length, kept: kept.length }
}

function unsteady(reason: string, message: string, needed?: number): UnsteadyAnswer {
  return { steady: false, discard: null, mean: null, ...refuse(reason, message, needed) }
}

function batchMeans(series: readonly number[]): readonly number[] {
  return Array.from({ length: Math.floor(series.length / BATCH) }, (_, i) => {
    const batch = series.slice(i * BATCH, (i + 1) * BATCH)
    return batch.reduce((sum, value) => sum + value, 0) / BATCH
  })
}

/** argmin over d ≤ half of Σ_{i>d}(z − z̄)²/(n − d)², summed from the end by Welford's update; of equals the smallest. */
function bestTruncation(batches: readonly number[], half: number): number {
  let [count, mean, squares] = [0, 0, 0]
  let best = { truncation: half, score: Number.POSITIVE_INFINITY }
  for (let i = batches.length - 1; i >= 0; i--) {
    const value = batches[i] ?? 0
    count++
    const offset = value - mean
    mean += offset / count
    squares += offset * (value - mean)
    const score = squares / count ** 2
    if (i <= half && score <= best.score) best = { truncation: i, score }
  }
  return best.truncation
}
