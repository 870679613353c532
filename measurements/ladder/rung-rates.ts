// At which rates a rung is held. Pure.

import { requestsToProve } from '../../contracts/judge.ts'
import type { FlowRates, LadderFlow, LadderTimes } from '../../contracts/ladder.ts'
import type { LoadResult } from '../../contracts/measurement.ts'
import type { ResolvedPlan } from '../../contracts/plan.ts'
import type { RungHold } from '../rung-load.ts'

/** Of what the first rung carries: busy, and far from its end, so that slower rungs can be held at it too. */
const COMMON_OF_HIGHEST = 0.4
/** A rate that is at most this share of the highest is held soundly. */
const SOUND_OF_HIGHEST = 0.8

/** A table at the plan's limit gets as much of the load as it has of the rows. */
export function ratesOfFullTable(resolved: ResolvedPlan, flow: LadderFlow): FlowRates {
  const { plan, totalOrders, peak, ordinaryRatePerSecond } = resolved
  const share = plan.rowsPerTableLimit / totalOrders.mid
  return {
    sharePerSecond: ordinaryRatePerSecond[flow] * share,
    peakSharePerSecond: peak.ratePerSecond[flow].mid * share,
    commonPerSecond: null,
  }
}

/** So many requests a second that the repeats together can prove the flow's targets. */
export function provablePerSecond(resolved: ResolvedPlan, flow: LadderFlow, times: LadderTimes): number {
  const requests = requestsToProve(resolved.plan.targets[flow])
  return Math.ceil((1.05 * requests) / (times.repeats * times.holdSeconds))
}

export interface RungRates {
  readonly rates: FlowRates
  readonly provable: number
  readonly times: LadderTimes
}

/** Fixed by the first rung that is measured. */
export function commonRate({ rates, provable }: Omit<RungRates, 'times'>, highest: LoadResult['highest']): number {
  if (rates.commonPerSecond !== null) return rates.commonPerSecond
  const asked = Math.max(rates.sharePerSecond, provable)
  if (highest == null) return Math.ceil(10 * asked) / 10
  return Math.round(10 * Math.max(asked, COMMON_OF_HIGHEST * highest.low)) / 10
}

/**
 * What passes at a higher rate passes at the table's share too; so the share is held by itself only where the common rate
 * does not speak for it: it is lower, or more than is carried soundly.
 */
export function holdsOf(of: RungRates, highest: LoadResult['highest']): readonly RungHold[] {
  const { rates, provable, times } = of
  const common = commonRate(of, highest)
  const hold = { seconds: times.holdSeconds, repeats: times.repeats }
  const limit = highest?.low ?? Number.POSITIVE_INFINITY
  const isCommonEnough = common >= rates.sharePerSecond && common <= SOUND_OF_HIGHEST * limit
  const share = Math.max(rates.sharePerSecond, Math.min(provable, SOUND_OF_HIGHEST * limit))
  return [
    { purpose: 'common', ratePerSecond: common, ...hold },
    ...(isCommonEnough ? [] : [{ purpose: 'share' as const, ratePerSecond: share, ...hold }]),
  ]
}
