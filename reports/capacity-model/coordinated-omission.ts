// What a closed load generator did not send while it waited: G. Tene's correction, as in HdrHistogram's
// recordValueWithExpectedInterval. A latency v stands also for requests that would have taken v−i, v−2i, … ≥ i.
// Nothing is listed one by one: each latency and its shadow are an arithmetic progression, counted by division.

import type {
  LatencyAnswer,
  LatencyDistribution,
  LatencyQuestion,
  LatencySegment,
} from '../../contracts/capacity-model/latency.ts'
import { nearestRank, neededSamplesOneSided, percentileName, shareOf } from './quantile-ranks.ts'

/** Absorbs the rounding of (v − x)/i, which is a whole number in most tests and no measurement. */
const ROUNDING = 1e-9

/** `count` requests of each of the latencies seconds, seconds − interval, … (1 + shadows of them). */
interface Progression extends LatencySegment {
  readonly shadows: number
}

export function correctLatency(question: LatencyQuestion): LatencyAnswer {
  const { segments, expectedIntervalSeconds: interval, percentiles } = question
  const recorded = segments.map((segment) => ({ ...segment, shadows: 0 }))
  const closed = question.mode === 'closed'
  const withShadows = closed ? recorded.map((one) => ({ ...one, shadows: shadowsOf(one.seconds, interval) })) : recorded
  const raw = distributionOf(recorded, interval, percentiles)
  const corrected = distributionOf(withShadows, interval, percentiles)
  const dropped = question.droppedIterations
  return {
    raw,
    corrected,
    warning: warningFor(question, raw, corrected),
    valid: dropped === 0,
    reasons: dropped === 0 ? [] : [`${dropped} iterations were dropped: their users are missing from every percentile`],
  }
}

function shadowsOf(seconds: number, interval: number): number {
  return Math.max(0, Math.floor((seconds - interval) / interval + ROUNDING))
}

function warningFor(
  question: LatencyQuestion,
  raw: LatencyDistribution,
  corrected: LatencyDistribution,
): string | null {
  const thin = question.percentiles.filter((percentile) => raw.count < neededSamplesOneSided(percentile, 0.95))
  const warnings = [
    ...(corrected.count > raw.count
      ? [
          `coordinated omission: a closed generator left out ${corrected.count - raw.count} requests; use the corrected percentiles, or an arrival-rate executor`,
        ]
      : []),
    ...thin.map(
      (percentile) =>
        `${raw.count} samples do not carry ${percentileName(percentile)}: ${neededSamplesOneSided(percentile, 0.95)} needed`,
    ),
  ]
  return warnings.length === 0 ? null : warnings.join('; ')
}

function distributionOf(
  progressions: readonly Progression[],
  interval: number,
  percentiles: readonly number[],
): LatencyDistribution {
  const count = progressions.reduce((sum, one) => sum + one.count * (1 + one.shadows), 0)
  const total = progressions.reduce((sum, { count: each, seconds, shadows }) => {
    return sum + each * ((1 + shadows) * seconds - (interval * shadows * (shadows + 1)) / 2)
  }, 0)
  return {
    count,
    meanSeconds: total / count,
    percentiles: Object.fromEntries(
      percentiles.map((percentile) => [
        String(percentile),
        isBeyond(count, percentile) ? null : valueAtRank(progressions, interval, nearestRank(count, percentile)),
      ]),
    ),
    ...reasonsFor(count, percentiles),
  }
}

/** Fewer than one request is expected above it: the percentile would be the maximum under another name. */
function isBeyond(count: number, percentile: number): boolean {
  return count * (1 - shareOf(percentile)) < 1 - ROUNDING
}

function reasonsFor(count: number, percentiles: readonly number[]): Pick<LatencyDistribution, 'percentileReasons'> {
  const reasons = percentiles.flatMap((percentile) => {
    if (!isBeyond(count, percentile)) return []
    const needed = Math.ceil(1 / (1 - shareOf(percentile)) - 1e-6)
    const reason = `insufficient-samples: ${count} requests put none beyond ${percentileName(percentile)}; ${needed} would`
    return [[String(percentile), reason] as const]
  })
  return reasons.length === 0 ? {} : { percentileReasons: Object.fromEntries(reasons) }
}

/** The smallest latency that at least `rank` requests do not exceed: bisection, then the latency it closed in on. */
function valueAtRank(progressions: readonly Progression[], interval: number, rank: number): number {
  let low = 0
  const longest = progressions.reduce((max, one) => Math.max(max, one.seconds), 0)
  let high = longest
  if (requestsWithin(progressions, interval, low) >= rank) return low
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2
    if (middle <= low || middle >= high) break
    if (requestsWithin(progressions, interval, middle) >= rank) high = middle
    else low = middle
  }
  // Of a latency of many million intervals, its own last digits are more than ROUNDING of one.
  const floor = high - Math.max(2 * ROUNDING * interval, 4 * Number.EPSILON * longest)
  return progressions.reduce((nearest, one) => {
    if (one.seconds < floor) return nearest
    const steps = Math.min(one.shadows, Math.floor((one.seconds - floor) / interval))
    const member = one.seconds - steps * interval
    return member >= floor ? Math.min(nearest, member) : nearest
  }, Number.POSITIVE_INFINITY)
}

function requestsWithin(progressions: readonly Progression[], interval: number, seconds: number): number {
  return progressions.reduce((sum, one) => {
    if (one.seconds <= seconds) return sum + one.count * (1 + one.shadows)
    const above = Math.ceil((one.seconds - seconds) / interval - ROUNDING)
    return sum + one.count * Math.max(0, 1 + one.shadows - above)
  }, 0)
}
