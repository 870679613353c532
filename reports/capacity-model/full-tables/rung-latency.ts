// p99 at one rate: what a request takes on an idle machine, by its work, and how much the queue for the processors adds.

import type { Estimate } from '../../../contracts/capacity-model/full-tables.ts'
import { queueGrowth } from './queue-growth.ts'
import { repeatSpread } from './repeated-holds.ts'
import type { PredictedCpu } from './rung-cpu.ts'
import {
  DRIFT,
  doublingsBeyond,
  type MeasuredRung,
  MODEL_ERROR_PER_DOUBLING,
  type TargetWork,
} from './rung-evidence.ts'
import { fitRungLaw } from './rung-law.ts'
import { MISSES_COLUMN, type RungWork, workColumns, workTerms } from './rung-terms.ts'
import { estimateAround, NORMAL_REACH, tFor } from './student.ts'

export interface PredictedLatency {
  /** null: the rungs leave it open. */
  readonly p99Ms: Estimate | null
  /** p99 without a queue. */
  readonly idleMs: (work: RungWork) => number
  readonly atBound: readonly string[]
}

export function predictLatency(
  rungs: readonly MeasuredRung[],
  target: TargetWork,
  { cpuMs }: PredictedCpu,
): PredictedLatency {
  const spread = repeatSpread(rungs.flatMap(({ holds }) => holds))
  const { largest, ratePerSecond, cores } = target
  const growth = (ms: number): number => queueGrowth((ratePerSecond * ms) / 1000 / cores, cores)
  const observations = rungs.flatMap(({ rung, work, holds }) =>
    holds.map(({ misses, p99Ms, repeats }) => ({
      x: workColumns({ ...work, misses }, largest),
      y: p99Ms / growth(rung.cpuMsPerRequest),
      relativeError: Math.hypot(DRIFT, spread.sd / Math.sqrt(repeats)),
    })),
  )
  const level = observations.reduce((sum, { y }) => sum + y, 0) / observations.length
  const law = fitRungLaw(observations, workTerms(level, target.missMs))
  const { value, standardError } = law.at(workColumns(target.work, largest))
  const ofMisses = (law.coefficients[MISSES_COLUMN] ?? 0) * target.missesError
  // The target is measured as the rungs were.
  const ofMeasuring = Math.max(...observations.map(({ relativeError }) => relativeError))
  const reach = Math.hypot(
    tFor(spread.degrees) * Math.hypot(standardError / value, ofMisses / value, ofMeasuring),
    NORMAL_REACH * MODEL_ERROR_PER_DOUBLING.p99 * doublingsBeyond(target),
  )
  return {
    p99Ms: estimateAround(value * growth(cpuMs), reach),
    idleMs: (work) => law.at(workColumns(work, largest)).value,
    atBound: law.atBound.map((name) => `p99: ${name}`),
  }
}
