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
  type Target,
  targetWork,
  workOf,
} from './rung-evidence.ts'
import { fitRungLaw } from './rung-law.ts'
import { READS_COLUMN, workColumns, workTerms } from './rung-terms.ts'
import { estimateAround, NORMAL_REACH, tFor } from './student.ts'
import { tailFactor } from './tail-reads.ts'

export interface PredictedLatency {
  /** null: the rungs leave it open. */
  readonly p99Ms: Estimate | null
  /** p99 without a queue, at a rung below and at the target. */
  readonly idleMs: (place: MeasuredRung | Target) => number
  readonly atBound: readonly string[]
}

export function predictLatency(
  rungs: readonly MeasuredRung[],
  target: Target,
  { cpuMs }: PredictedCpu,
): PredictedLatency {
  const { ratePerSecond, cores } = target.at
  const spread = repeatSpread(rungs.flatMap(({ holds }) => holds))
  const growth = (ms: number): number => queueGrowth((ratePerSecond * ms) / 1000 / cores, cores)
  const groups = rungs.flatMap((one) =>
    one.holds.map((hold) => ({ one, ...hold, idleMs: hold.p99Ms / growth(one.rung.cpuMsPerRequest) })),
  )
  const unread = groups.toSorted((a, b) => a.misses - b.misses)[0]?.idleMs ?? Number.NaN
  const factorOf = ({ touches, times }: MeasuredRung | Target): number =>
    target.missMs === null ? 1 : tailFactor(touches.groups, times, target.missMs / unread)
  const columnsOf = (place: MeasuredRung | Target, misses?: number): readonly number[] => {
    const work = 'rung' in place ? workOf(place) : targetWork(place)
    return workColumns({ ...work, reads: (misses ?? work.reads) * factorOf(place) }, workOf(target.largest))
  }
  const observations = groups.map(({ one, misses, idleMs, repeats }) => ({
    x: columnsOf(one, misses),
    y: idleMs,
    relativeError: Math.hypot(DRIFT, spread.sd / Math.sqrt(repeats)),
  }))
  const level = observations.reduce((sum, { y }) => sum + y, 0) / observations.length
  const law = fitRungLaw(observations, workTerms(level, target.missMs))
  const x = columnsOf(target)
  const { value, standardError } = law.at(x)
  const ofReads = (law.coefficients[READS_COLUMN] ?? 0) * (x[READS_COLUMN] ?? 0)
  // The target is measured as the rungs were.
  const ofMeasuring = Math.max(...observations.map(({ relativeError }) => relativeError))
  const reach = Math.hypot(
    tFor(spread.degrees) * Math.hypot(standardError / value, (target.missesError * ofReads) / value, ofMeasuring),
    NORMAL_REACH * MODEL_ERROR_PER_DOUBLING.p99 * doublingsBeyond(target),
  )
  return {
    p99Ms: estimateAround(value * growth(cpuMs), reach),
    idleMs: (place) => law.at(columnsOf(place)).value,
    atBound: law.atBound.map((name) => `p99: ${name}`),
  }
}
