// What a rung will show, from the rungs below it: the pool's misses from the load's own popularity of pages, processor
// time and p99 from the work of a request and its misses, the highest rate from both.

import type {
  Estimate,
  RungFigures,
  RungPrediction,
  TargetRung,
} from '../../../contracts/capacity-model/full-tables.ts'
import type { Refused } from '../../../contracts/capacity-model/interval.ts'
import { poolMisses, poolTimes } from '../midpoint-pool.ts'
import { refuse } from '../refuse.ts'
import { effectivePool } from './effective-pool.ts'
import { pageTouches } from './page-touches.ts'
import { repeatedHolds } from './repeated-holds.ts'
import { predictCpu } from './rung-cpu.ts'
import type { Target } from './rung-evidence.ts'
import { predictLatency } from './rung-latency.ts'
import { predictRate } from './rung-rate.ts'
import { CONFIDENCE } from './student.ts'

const ESTIMATOR =
  'Che’s approximation of InnoDB’s two-part list over the load’s own popularity of pages, pool size corrected by the rungs; weighted least squares of p99 and processor time on rows, listed rows and reads, ÷ (1 − ρ^c); Student’s t'
const NEEDED_RUNGS = 2
/** Trusted no further than twice the measured rows. */
const TRUSTED_FACTOR = 2
/** Reads at the target, in times of the most that a rung below measured, whose cost the rungs do not tell. */
const FAR_READS = 10
/** Reads of less than this share of the touches are none. */
const FEW_READS = 0.02

export function predictRung(rungsBelow: readonly RungFigures[], at: TargetRung): RungPrediction | Refused {
  const [first, ...others] = rungsBelow
  const odd = others.find(({ flow }) => flow !== first?.flow)
  if (odd !== undefined) throw new Error(`rungs of two flows: ${first?.flow}, ${odd.flow}`)
  const held = rungsBelow.flatMap((rung) => {
    const holds = repeatedHolds(rung, at.ratePerSecond)
    return holds.length > 0 ? [{ rung, holds, touches: pageTouches(rung.flow, rung, at) }] : []
  })
  const pool = effectivePool(held)
  if (pool.share === null) return tooFarApart('pool misses')
  const effective = pool.share.value
  const rungs = held.map((one) => ({ ...one, times: poolTimes(one.touches.bins, effective * one.rung.poolPages) }))
  const largest = rungs.toSorted((a, b) => a.rung.orders - b.rung.orders).at(-1)
  if (first === undefined || largest === undefined || rungs.length < NEEDED_RUNGS) {
    const message = `${rungs.length} rungs were held at ${at.ratePerSecond} requests per second; at least ${NEEDED_RUNGS} are needed`
    return refuse('too-few-rungs', message, NEEDED_RUNGS)
  }
  const touches = pageTouches(first.flow, at, at)
  const missesPerRequest = missesOf(
    pool.share,
    (share) => poolMisses(touches.bins, share * at.poolPages) + pool.residue,
  )
  const misses = missesPerRequest.value
  const missMs = meanOf(rungsBelow.flatMap((rung) => rung.missMs ?? []))
  const known = Math.max(...rungs.flatMap(({ holds }) => holds.map((hold) => hold.misses)))
  if (missMs === null && misses > Math.max(FAR_READS * known, FEW_READS * touches.touches)) {
    const message = `it will read ${misses.toPrecision(2)} pages per request from the disk, the rungs below at most ${known.toPrecision(2)}: what a read costs is not known; measure missMs, or a cold hold`
    return refuse('no-reads-below', message)
  }
  const missesError = misses > 0 ? (missesPerRequest.high - missesPerRequest.low) / (2 * pool.reach * misses) : 0
  const times = poolTimes(touches.bins, effective * at.poolPages)
  const target: Target = { at, touches, times, misses, missesError, largest, missMs }
  const cpu = predictCpu(rungs, target)
  const latency = predictLatency(rungs, target, cpu)
  if (latency.p99Ms === null) return tooFarApart('latencies')
  const rate = predictRate(rungs, target, cpu, latency)
  const getsPerTouch = meanOf(rungs.map((one) => one.rung.pageGetsPerRequest / one.touches.gets)) ?? 1
  return {
    estimator: ESTIMATOR,
    confidence: CONFIDENCE,
    extrapolated: at.orders > TRUSTED_FACTOR * largest.rung.orders,
    hitRatio: hitRatioOf(missesPerRequest, getsPerTouch * touches.gets),
    missesPerRequest,
    p99Ms: latency.p99Ms,
    ...('reason' in rate ? { ratePerSecond: null, ratePerSecondReason: rate.reason } : { ratePerSecond: rate }),
    effectivePoolShare: pool.share,
    atBound: latency.atBound,
  }
}

function tooFarApart(what: string): Refused {
  return refuse('rungs-disagree', `the ${what} of the rungs below lie too far apart to tell what the next one shows`)
}

/** The smaller the pool, the more misses. */
function missesOf(share: Estimate, misses: (share: number) => number): Estimate {
  return { value: misses(share.value), low: misses(share.high), high: misses(share.low) }
}

function hitRatioOf({ value, low, high }: Estimate, gets: number): Estimate {
  const hits = (misses: number): number => Math.max(0, 1 - misses / gets)
  return { value: hits(value), low: hits(high), high: hits(low) }
}

function meanOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length
}
