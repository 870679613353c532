// The run is the replicate: Student's t over the figures of whole runs, and Welch's test between two sets of them.
// Intervals over the requests of one run cover 20 % instead of 95 % at a utilisation of 0.8.

import tQuantile from '@stdlib/stats-base-dists-t-quantile'
import { mean, sampleVariance } from 'simple-statistics'
import type { Refused } from '../../contracts/capacity-model/interval.ts'
import type {
  DifferenceAnswer,
  DifferenceQuestion,
  RunsAnswer,
  RunsQuestion,
} from '../../contracts/capacity-model/quantile.ts'
import { neededSamplesOneSided, percentileName } from './quantile-ranks.ts'
import { refuse } from './refuse.ts'

/** Fewer spread nothing. */
const NEEDED_RUNS = 2
/** With fewer the interval is wide and leans on normality. */
const ENOUGH_RUNS = 5

export function runInterval(question: RunsQuestion): RunsAnswer | Refused {
  const { runs, samplesPerRun, percentile, confidence } = question
  if (runs.length < NEEDED_RUNS) {
    return refuse(
      'insufficient-samples',
      `${runs.length} run; an interval needs at least ${NEEDED_RUNS} and should have ${ENOUGH_RUNS}`,
      NEEDED_RUNS,
    )
  }
  const needed = percentile === undefined ? 0 : neededSamplesOneSided(percentile, confidence)
  if (percentile !== undefined && samplesPerRun < needed) {
    const message = `${samplesPerRun} samples per run; ${percentileName(percentile)} needs ${needed} in each`
    return refuse('insufficient-samples', message, needed)
  }
  const sorted = [...runs].sort((a, b) => a - b)
  const centre = mean(sorted)
  const sd = Math.sqrt(sampleVariance(sorted))
  const halfWidth = (tQuantile(0.5 + confidence / 2, runs.length - 1) * sd) / Math.sqrt(runs.length)
  return {
    mean: centre,
    sd,
    interval: { low: centre - halfWidth, high: centre + halfWidth, confidence },
    halfWidth,
    duplicatesWarning: duplicatesWarning(sorted),
    warning: runs.length < ENOUGH_RUNS ? `${runs.length} runs: make it ${ENOUGH_RUNS} or more, better 10` : null,
  }
}

function duplicatesWarning(sorted: readonly number[]): string | null {
  const repeated = sorted.filter((value, i) => value === sorted[i - 1]).length
  if (repeated === 0) return null
  return `${repeated} of ${sorted.length} values repeat another exactly; check that no run was counted twice`
}

/** B. Welch (1947), with the degrees of freedom of Satterthwaite. */
export function welchDifference({ a, b, confidence }: DifferenceQuestion): DifferenceAnswer | Refused {
  const fewest = Math.min(a.length, b.length)
  if (fewest < NEEDED_RUNS) {
    return refuse('insufficient-samples', `a set of ${fewest}; a difference needs ${NEEDED_RUNS} in each`, NEEDED_RUNS)
  }
  const [first, second] = [a, b].map((set) => {
    const sorted = [...set].sort((x, y) => x - y)
    return { mean: mean(sorted), squaredError: sampleVariance(sorted) / set.length, degrees: set.length - 1 }
  }) as [SetOfRuns, SetOfRuns]
  const difference = first.mean - second.mean
  const squaredError = first.squaredError + second.squaredError
  if (squaredError === 0) {
    return {
      difference,
      interval: { low: difference, high: difference, confidence },
      detectable: difference !== 0,
      smallestDetectable: 0,
      degreesOfFreedom: null,
      degreesOfFreedomReason: 'neither set varies at all: check that these are repeated measurements',
    }
  }
  // Shares of the error, not its squares, so that neither very small nor very large values leave the range of a double.
  const share = first.squaredError / squaredError
  const degreesOfFreedom = 1 / (share ** 2 / first.degrees + (1 - share) ** 2 / second.degrees)
  const halfWidth = tQuantile(0.5 + confidence / 2, degreesOfFreedom) * Math.sqrt(squaredError)
  const interval = { low: difference - halfWidth, high: difference + halfWidth, confidence }
  return {
    difference,
    interval,
    detectable: interval.low > 0 || interval.high < 0,
    smallestDetectable: halfWidth,
    degreesOfFreedom,
  }
}

interface SetOfRuns {
  readonly mean: number
  readonly squaredError: number
  readonly degrees: number
}
