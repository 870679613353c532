// The highest rate that meets the target: the utilisation that the target leaves room for, over the processor time of a
// request. What the rungs measured differs from that by a factor (other queues, the generator beside the system); the
// factor may move with the reads from disk, where the disk or waiting for it becomes the limit.

import type { Estimate, RungFigures } from '../../../contracts/capacity-model/full-tables.ts'
import { utilisationAt } from './queue-growth.ts'
import type { PredictedCpu } from './rung-cpu.ts'
import { DRIFT, doublingsBeyond, type MeasuredRung, MODEL_ERROR_PER_DOUBLING, type Target } from './rung-evidence.ts'
import type { PredictedLatency } from './rung-latency.ts'
import { fitRungLaw } from './rung-law.ts'
import { estimateAround, NORMAL_REACH, tFor } from './student.ts'

/** Standard error ÷ rate: the least a search is believed to have, and one whose interval is open. */
const SEARCH_ERROR = { least: 0.03, open: 0.15 } as const
/** By which share the factor may move from no misses to the most, as a standard deviation. */
const READS_SD = 0.1
/** What is known of the errors beforehand is worth this many rungs. */
const DEGREES_BEFORE = 4
const NEEDED_RATES = 2

export function predictRate(
  rungs: readonly MeasuredRung[],
  target: Target,
  cpu: PredictedCpu,
  { idleMs }: PredictedLatency,
): Estimate | { readonly reason: string } {
  const { cores, targetP99Ms } = target.at
  const roomFor = (p99Ms: number): number | null => utilisationAt(p99Ms, targetP99Ms, cores)
  const room = roomFor(idleMs(target))
  if (room === null) return { reason: `p99 is above ${targetP99Ms} ms at any rate` }
  const mostMisses = Math.max(target.misses, ...rungs.map(({ rung }) => rung.missesPerRequest)) || 1
  const observations = rungs.flatMap((one) => {
    const { rung } = one
    const had = roomFor(idleMs(one))
    if (rung.highestRate === null || had === null) return []
    const y = (1000 * cores * had) / (rung.highestRate.ratePerSecond * rung.cpuMsPerRequest)
    return [
      {
        x: [1, rung.missesPerRequest / mostMisses],
        y,
        relativeError: Math.hypot(DRIFT, searchError(rung.highestRate)),
      },
    ]
  })
  if (observations.length < NEEDED_RATES) {
    return { reason: `${observations.length} rungs below with a highest rate; at least ${NEEDED_RATES} are needed` }
  }
  const level = observations.reduce((sum, { y }) => sum + y, 0) / observations.length
  const law = fitRungLaw(observations, [
    { name: 'level', prior: null, canBeNegative: false },
    { name: 'reads from disk', prior: { mean: 0, sd: READS_SD * level }, canBeNegative: true },
  ])
  const factor = law.at([1, target.misses / mostMisses])
  const ofMeasuring = Math.max(...observations.map(({ relativeError }) => relativeError))
  const reach = Math.hypot(
    tFor(DEGREES_BEFORE + observations.length - 1) *
      Math.hypot(factor.standardError / factor.value, cpu.relativeError, ofMeasuring),
    NORMAL_REACH * MODEL_ERROR_PER_DOUBLING.rate * doublingsBeyond(target),
  )
  const rate = estimateAround((1000 * cores * room) / (factor.value * cpu.cpuMs), reach)
  return rate ?? { reason: 'the rungs below lie too far apart to tell' }
}

function searchError({ ratePerSecond, low, high }: NonNullable<RungFigures['highestRate']>): number {
  if (high === null) return Math.max(SEARCH_ERROR.open, Math.log(ratePerSecond / low) / NORMAL_REACH)
  return Math.max(SEARCH_ERROR.least, Math.log(high / low) / (2 * NORMAL_REACH))
}
