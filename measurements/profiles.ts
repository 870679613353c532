// Profile → one schedule and the windows of it that are judged. Pure. (The knee is no schedule: search-operating-point.ts.)

import { secondsToProve, type Targets } from '../contracts/judge.ts'
import { BLOCK_SECONDS, type Profile } from '../contracts/measurement.ts'
import type { Segment } from '../contracts/schedule.ts'
import { scheduleSeconds } from '../contracts/schedule.ts'
import type { Window } from './window-figures.ts'

export type ScheduledProfile = Exclude<Profile, 'knee'>

export interface ProfileRequest {
  readonly profile: ScheduledProfile
  /** What `--rate` means depends on the profile: docs/load.md. */
  readonly ratePerSecond: number | null
  /** `--duration`: of the hold, the spike, an hour of the day, the whole soak. */
  readonly durationSeconds: number | null
  readonly ordinaryPerSecond: number
  readonly peakPerSecond: number
  readonly hourShape: readonly number[]
  readonly peakSecondOverHour: number
  /** Of each flow in the load. */
  readonly shares: Readonly<Record<string, number>>
  readonly targets: Targets
}

export interface ProfileSchedule {
  /** Without the lead-in, which drives add. */
  readonly segments: readonly Segment[]
  /** From the end of the lead-in. */
  readonly windows: readonly (Window & { readonly ratePerSecond: number })[]
  /** How much faster than in reality a day goes by; null: nothing is compressed. */
  readonly compression: number | null
}

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
/** A hold is prolonged until every flow can be judged, but not beyond this unless asked. */
export const LONGEST_HOLD_SECONDS = 10 * 60

export function scheduleOf(request: ProfileRequest): ProfileSchedule {
  const seconds = request.durationSeconds ?? SECONDS[request.profile]
  switch (request.profile) {
    case 'smoke':
      return steady(request.ratePerSecond ?? SMOKE_PER_SECOND, seconds)
    case 'hold':
      return hold(request, seconds)
    case 'spike':
      return spike(request, seconds)
    case 'soak':
      return soak(request, seconds)
    case 'peak-day':
      return peakDay(request, seconds)
  }
}

function steady(ratePerSecond: number, seconds: number): ProfileSchedule {
  return windowsOf([{ ratePerSecond: tenths(ratePerSecond), seconds }])
}

function hold({ ratePerSecond, ordinaryPerSecond, durationSeconds, shares, targets }: ProfileRequest, seconds: number) {
  const rate = ratePerSecond ?? ordinaryPerSecond
  const needed = Math.ceil((secondsToProve(rate, shares, targets) * 1.05) / BLOCK_SECONDS) * BLOCK_SECONDS
  const held = durationSeconds ?? Math.max(seconds, Math.min(LONGEST_HOLD_SECONDS, needed))
  return steady(rate, held)
}

/** Ordinary, spike, ordinary again, as one load: what the spike left behind is still there when it ends. */
function spike({ ratePerSecond, ordinaryPerSecond, peakPerSecond }: ProfileRequest, seconds: number): ProfileSchedule {
  const high = ratePerSecond ?? peakPerSecond
  const low = (high * ordinaryPerSecond) / peakPerSecond
  return windowsOf([
    { ratePerSecond: tenths(low), seconds: BEFORE_SPIKE_SECONDS },
    { ratePerSecond: tenths(high), seconds },
    { ratePerSecond: tenths(low), seconds: AFTER_SPIKE_SECONDS },
  ])
}

/** One rate; a window a minute. */
function soak({ ratePerSecond, ordinaryPerSecond }: ProfileRequest, seconds: number): ProfileSchedule {
  const rate = tenths(ratePerSecond ?? ordinaryPerSecond)
  const count = Math.max(1, Math.floor(seconds / SOAK_WINDOW_SECONDS))
  const each = (seconds * 1000) / count
  return {
    segments: [{ ratePerSecond: rate, seconds }],
    windows: Array.from({ length: count }, (_, at) => ({
      fromMs: at * each,
      toMs: (at + 1) * each,
      ratePerSecond: rate,
    })),
    compression: null,
  }
}

/** The plan's busiest day, compressed, then its busiest second held for longer: as high as `--rate`, or as the plan. */
function peakDay(request: ProfileRequest, hourSeconds: number): ProfileSchedule {
  const { ratePerSecond, peakPerSecond, hourShape, peakSecondOverHour } = request
  const busiestSecond = ratePerSecond ?? peakPerSecond
  const highest = Math.max(...hourShape)
  const hours = hourShape.map((share) => ({
    ratePerSecond: tenths(((busiestSecond / peakSecondOverHour) * share) / highest),
    seconds: hourSeconds,
  }))
  const dayMs = scheduleSeconds(hours) * 1000
  const busiest = { ratePerSecond: tenths(busiestSecond), seconds: BUSIEST_SECOND_SECONDS }
  const mean = hours.reduce((sum, hour) => sum + hour.ratePerSecond, 0) / hours.length
  return {
    segments: [...hours, busiest],
    windows: [
      { fromMs: 0, toMs: dayMs, ratePerSecond: mean },
      {
        fromMs: dayMs,
        toMs: dayMs + busiest.seconds * 1000,
        ratePerSecond: busiest.ratePerSecond,
      },
    ],
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
  return { segments, windows, compression: null }
}

function tenths(ratePerSecond: number): number {
  return Math.max(0.1, Math.round(ratePerSecond * 10) / 10)
}
