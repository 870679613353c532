// Profile → one schedule, the windows of it that are looked at, and what they must prove. Pure. (The knee is no schedule:
// search-operating-point.ts.)

import { MINIMUM_P99_SAMPLES } from '../contracts/evidence-limits.ts'
import { BLOCK_SECONDS, type Profile } from '../contracts/measurement.ts'
import type { Segment } from '../contracts/schedule.ts'
import { scheduleSeconds } from '../contracts/schedule.ts'
import { FEWEST_PARTS } from './drift.ts'
import { longestWithin, onAverage, type Proof, type Provable, proofOf, secondsToProve } from './proof.ts'
import { SHORTEST_REST_SECONDS } from './recovery.ts'
import type { Window } from './window-figures.ts'

export type ScheduledProfile = Exclude<Profile, 'knee'>

export interface ProfileRequest extends Provable {
  readonly profile: ScheduledProfile
  /** What `--rate` means depends on the profile: docs/load.md. */
  readonly ratePerSecond: number | null
  /** `--duration`: of the hold, the spike, an hour of the day, the whole soak. */
  readonly durationSeconds: number | null
  readonly ordinaryPerSecond: number
  readonly peakPerSecond: number
  readonly hourShape: readonly number[]
  readonly peakSecondOverHour: number
  /** After a spike. */
  readonly recoverySeconds: number
}

export interface ProfileSchedule {
  /** Without the lead-in, which drives add. */
  readonly segments: readonly Segment[]
  /** From the end of the lead-in. */
  readonly windows: readonly RatedWindow[]
  /** What has to keep its targets: a window, or all of them as one. None: something else is asked. */
  readonly proofs: readonly Proof[]
  /** How much faster than in reality a day goes by; null: nothing is compressed. */
  readonly compression: number | null
}

type RatedWindow = Window & { readonly ratePerSecond: number }

const SMOKE_PER_SECOND = 40
const SECONDS: Readonly<Record<ScheduledProfile, number>> = {
  smoke: 15,
  hold: 60,
  'peak-day': 5,
  spike: 15,
  soak: 15 * 60,
}
/** Before and after a spike. */
const BEFORE_SPIKE_SECONDS = 30
const AFTER_SPIKE_SECONDS = 60
const BUSIEST_SECOND_SECONDS = 15
const HOUR_SECONDS = 3600
const SOAK_WINDOW_SECONDS = 60
/** A p99 of each part of a soak, or nobody sees it grow. */
const REQUESTS_OF_SOAK_PART = onAverage(MINIMUM_P99_SAMPLES)
/** A hold, a day or its busiest second is prolonged until it can be judged, but not beyond this unless asked. */
export const LONGEST_HOLD_SECONDS = 10 * 60

export function scheduleOf(request: ProfileRequest): ProfileSchedule {
  const seconds = request.durationSeconds ?? SECONDS[request.profile]
  switch (request.profile) {
    case 'smoke':
      return windowsOf([{ ratePerSecond: tenths(request.ratePerSecond ?? SMOKE_PER_SECOND), seconds }])
    case 'hold':
      return hold(request, seconds)
    case 'spike':
      return spike(request, seconds)
    case 'soak':
      return soak(request, seconds)
    case 'peak-day':
      return peakDay(request)
  }
}

function hold(request: ProfileRequest, seconds: number): ProfileSchedule {
  const ratePerSecond = tenths(request.ratePerSecond ?? request.ordinaryPerSecond)
  const needed = secondsToProve(ratePerSecond, request)
  const wanted = wholeBlocks(Math.min(LONGEST_HOLD_SECONDS, Math.max(...Object.values(needed))))
  const schedule = windowsOf([{ ratePerSecond, seconds: request.durationSeconds ?? Math.max(seconds, wanted) }])
  return { ...schedule, proofs: schedule.windows.map((window) => proofOf(window, needed)) }
}

/** Ordinary, spike, ordinary again, as one load: what the spike left behind is still there when it ends. */
function spike(request: ProfileRequest, seconds: number): ProfileSchedule {
  const { ratePerSecond, ordinaryPerSecond, peakPerSecond, recoverySeconds } = request
  const high = ratePerSecond ?? peakPerSecond
  const low = tenths((high * ordinaryPerSecond) / peakPerSecond)
  return windowsOf([
    { ratePerSecond: low, seconds: BEFORE_SPIKE_SECONDS },
    { ratePerSecond: tenths(high), seconds },
    // Whoever may take so long is watched for so long.
    { ratePerSecond: low, seconds: Math.max(AFTER_SPIKE_SECONDS, Math.ceil(recoverySeconds) + SHORTEST_REST_SECONDS) },
  ])
}

/** One rate, judged as one; a window a minute, or as long as each flow needs for a p99, shows what grows. */
function soak(request: ProfileRequest, seconds: number): ProfileSchedule {
  const ratePerSecond = tenths(request.ratePerSecond ?? request.ordinaryPerSecond)
  const needed = secondsToProve(ratePerSecond, request, FEWEST_PARTS * REQUESTS_OF_SOAK_PART)
  const least = FEWEST_PARTS * SOAK_WINDOW_SECONDS
  const whole = proofOf(
    { fromMs: 0, toMs: seconds * 1000, ratePerSecond },
    Object.fromEntries(Object.entries(needed).map(([flow, each]) => [flow, Math.max(least, each)])),
  )
  const judged = Object.entries(request.shares).filter(([flow]) => !(flow in whole.tooRare))
  const rarest = Math.min(...judged.map(([, share]) => share))
  const part = Math.max(SOAK_WINDOW_SECONDS, REQUESTS_OF_SOAK_PART / (ratePerSecond * rarest))
  const count = Math.max(1, Math.floor(seconds / part + 1e-9))
  const each = (seconds * 1000) / count
  return {
    segments: [{ ratePerSecond, seconds }],
    windows: Array.from({ length: count }, (_, at) => ({ fromMs: at * each, toMs: (at + 1) * each, ratePerSecond })),
    proofs: [whole],
    compression: null,
  }
}

/** The plan's busiest day, compressed, then its busiest second held for longer: as high as `--rate`, or as the plan. */
function peakDay(request: ProfileRequest): ProfileSchedule {
  const { ratePerSecond, peakPerSecond, hourShape, peakSecondOverHour, durationSeconds } = request
  const busiestSecond = tenths(ratePerSecond ?? peakPerSecond)
  const highest = Math.max(...hourShape)
  const rates = hourShape.map((share) => tenths(((busiestSecond / peakSecondOverHour) * share) / highest))
  const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length
  const ofDay = secondsToProve(mean, request)
  const ofSecond = secondsToProve(busiestSecond, request)
  const provenDay = Math.ceil(longestWithin(ofDay, LONGEST_HOLD_SECONDS) / rates.length)
  const hourSeconds = durationSeconds ?? Math.max(SECONDS['peak-day'], provenDay)
  const provenSecond = wholeBlocks(longestWithin(ofSecond, LONGEST_HOLD_SECONDS))
  const hours = rates.map((rate) => ({ ratePerSecond: rate, seconds: hourSeconds }))
  const busiest = { ratePerSecond: busiestSecond, seconds: Math.max(BUSIEST_SECOND_SECONDS, provenSecond) }
  const dayMs = scheduleSeconds(hours) * 1000
  const day = { fromMs: 0, toMs: dayMs, ratePerSecond: mean }
  const second = { fromMs: dayMs, toMs: dayMs + busiest.seconds * 1000, ratePerSecond: busiestSecond }
  return {
    segments: [...hours, busiest],
    windows: [day, second],
    proofs: [proofOf(day, ofDay), proofOf(second, ofSecond)],
    compression: HOUR_SECONDS / hourSeconds,
  }
}

/** A window per segment. */
function windowsOf(segments: readonly Segment[]): ProfileSchedule {
  let endMs = 0
  const windows = segments.map(({ ratePerSecond, seconds }) => {
    const fromMs = endMs
    endMs += seconds * 1000
    return { fromMs, toMs: endMs, ratePerSecond }
  })
  return { segments, windows, proofs: [], compression: null }
}

function wholeBlocks(seconds: number): number {
  return Math.ceil(seconds / BLOCK_SECONDS) * BLOCK_SECONDS
}

function tenths(ratePerSecond: number): number {
  return Math.max(0.1, Math.round(ratePerSecond * 10) / 10)
}
