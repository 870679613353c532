// Does anybody know the rates that a profile is made of? Pure.

import type { ResolvedPlan } from '../contracts/plan.ts'
import { type Load, planRates } from './load.ts'
import type { ScheduledProfile } from './profiles.ts'

export interface RatesAsked {
  readonly profile: ScheduledProfile
  readonly ratePerSecond: number | null
}

/** What is missing; null: nothing. A spike without a rate below it is a hold, and every hold would have recovered. */
export function missingRates(load: Load, plan: ResolvedPlan, { profile, ratePerSecond }: RatesAsked): string | null {
  const rates = planRates(load, plan)
  const peak = rates?.peakPerSecond ?? null
  const { name } = plan.plan
  if (profile === 'spike') {
    const isHigher = rates !== null && peak !== null && peak > rates.ordinaryPerSecond
    return isHigher ? null : `the plan ${name} knows no ordinary rate of ${load.name} and a peak above it`
  }
  if (ratePerSecond !== null || profile === 'smoke') return null
  if (rates === null) return `the plan ${name} has no rate for ${load.name}`
  return profile === 'peak-day' && peak === null ? `the plan ${name} does not say the peak of ${load.name}` : null
}
