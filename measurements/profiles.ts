// Profile → series of steps. Each answers "what next?" from what was tried so far, so that a knee can be searched and a
// fixed series is just a list. Pure.

import type { Profile } from '../contracts/measurement.ts'
import type { RatedOutcome } from '../contracts/operating-point.ts'
import type { ResolvedPlan } from '../contracts/plan.ts'
import { type KneeSearch, nextKneeRate } from './knee.ts'
import { MINIMUM_SAMPLES } from './percentiles.ts'

export interface StepPlan {
  readonly ratePerSecond: number
  readonly holdSeconds: number
}

/** null: the series is over. */
export type Series = (tried: readonly RatedOutcome[]) => StepPlan | null

export interface SeriesRequest {
  readonly profile: Profile
  /** What `--rate` means depends on the profile: docs/load.md. */
  readonly ratePerSecond: number | null
  /** `--duration`: of one step; of all of them for soak. */
  readonly durationSeconds: number | null
  /** Requests per second that the warm-up got through with a few users who wait for their answers. */
  readonly warmUpPerSecond: number
  readonly ordinaryPerSecond: number
  readonly peakPerSecond: number
  readonly hourShape: readonly number[]
  readonly peakSecondOverHour: number
  readonly steps?: number
}

/** New connections and the first answers of a new process of k6: never part of a percentile. */
export const DISCARDED_SECONDS = 1

const HOLD_SECONDS: Readonly<Record<Profile, number>> = {
  smoke: 10,
  hold: 20,
  knee: 10,
  'peak-day': 5,
  spike: 15,
  soak: 60,
}
const SMOKE_PER_SECOND = 40
const SOAK_SECONDS = 15 * 60
/** A step is repeated: the repeat is what tells luck from capacity, not the number of requests. */
const HOLD_REPEATS = 3
const KNEE_STEPS = 14
/** The knee of an open load lies below what waiting users get through. */
const KNEE_START_OF_WARM_UP = 0.4
/** Rates so low that a p99 takes minutes are not worth a step. */
const LONGEST_HOLD_FACTOR = 4

export function seriesOf(request: SeriesRequest): Series {
  const hold = request.durationSeconds ?? HOLD_SECONDS[request.profile]
  const list = (rates: readonly number[]): Series => {
    const steps = rates.map((ratePerSecond) => stepAt(ratePerSecond, hold))
    return (tried) => steps[tried.length] ?? null
  }
  switch (request.profile) {
    case 'smoke':
      return list([request.ratePerSecond ?? SMOKE_PER_SECOND])
    case 'hold':
      return list(repeat(request.ratePerSecond ?? request.ordinaryPerSecond, request.steps ?? HOLD_REPEATS))
    case 'knee':
      return kneeSeries(request, hold)
    case 'peak-day':
      return list(peakDay(request))
    case 'spike':
      return list(spike(request))
    case 'soak':
      return soakSeries(request)
  }
}

function kneeSeries(request: SeriesRequest, hold: number): Series {
  const search: KneeSearch = {
    startPerSecond: request.ratePerSecond ?? KNEE_START_OF_WARM_UP * request.warmUpPerSecond,
    lowestPerSecond: samplesFor(1) / (LONGEST_HOLD_FACTOR * hold),
    maxSteps: request.steps ?? KNEE_STEPS,
  }
  return (tried) => {
    const ratePerSecond = nextKneeRate(tried, search)
    return ratePerSecond === null ? null : stepAt(ratePerSecond, hold)
  }
}

/** The plan's busiest day, an hour per step, and its busiest second as the last: as high as `--rate`, or as the plan. */
function peakDay({ ratePerSecond, peakPerSecond, hourShape, peakSecondOverHour }: SeriesRequest): readonly number[] {
  const busiestSecond = ratePerSecond ?? peakPerSecond
  const busiestHour = busiestSecond / peakSecondOverHour
  const highest = Math.max(...hourShape)
  return [...hourShape.map((share) => (busiestHour * share) / highest), busiestSecond]
}

/** Ordinary, spike, then two steps of the ordinary rate: how long recovery takes is the question. */
function spike({ ratePerSecond, ordinaryPerSecond, peakPerSecond }: SeriesRequest): readonly number[] {
  const high = ratePerSecond ?? peakPerSecond
  const low = (high * ordinaryPerSecond) / peakPerSecond
  return [low, high, low, low]
}

function soakSeries({ ratePerSecond, ordinaryPerSecond, durationSeconds }: SeriesRequest): Series {
  const total = durationSeconds ?? SOAK_SECONDS
  const count = Math.max(1, Math.round(total / HOLD_SECONDS.soak))
  const rates = repeat(ratePerSecond ?? ordinaryPerSecond, count)
  const steps = rates.map((rate) => stepAt(rate, total / count))
  return (tried) => steps[tried.length] ?? null
}

function stepAt(ratePerSecond: number, holdSeconds: number): StepPlan {
  const rate = Math.max(0.1, Math.round(ratePerSecond * 10) / 10)
  return { ratePerSecond: rate, holdSeconds: Math.max(holdSeconds, Math.ceil(DISCARDED_SECONDS + samplesFor(rate))) }
}

/** Seconds until a p99 may be stated, with a little to spare for failures. */
function samplesFor(ratePerSecond: number): number {
  return (1.05 * MINIMUM_SAMPLES.p99) / ratePerSecond
}

function repeat(rate: number, times: number): readonly number[] {
  return Array.from({ length: times }, () => rate)
}

/** What the plan asks of a flow; of a mix, of all flows together. */
export function planRates(
  plan: ResolvedPlan,
  flows: readonly (keyof ResolvedPlan['ordinaryRatePerSecond'])[],
): { readonly ordinaryPerSecond: number; readonly peakPerSecond: number } {
  return {
    ordinaryPerSecond: flows.reduce((sum, flow) => sum + plan.ordinaryRatePerSecond[flow], 0),
    peakPerSecond: flows.reduce((sum, flow) => sum + plan.peak.ratePerSecond[flow].mid, 0),
  }
}
