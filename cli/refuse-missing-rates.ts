// A profile whose rates nobody knows is refused before anything is started for it.

import type { Profile } from '../contracts/measurement.ts'
import { LEGACY_FLOW, type ResolvedPlan } from '../contracts/plan.ts'
import { Refusal } from '../contracts/refusal.ts'
import { loadOf } from '../measurements/load.ts'
import { missingRates } from '../measurements/profile-rates.ts'

export interface RateOptions {
  readonly profile: Profile
  readonly rate?: number
}

export function refuseMissingRates(flow: string, { profile, rate }: RateOptions, plan: ResolvedPlan): void {
  if (profile === 'knee') return
  const why = missingRates(loadOf(flow, plan.plan), plan, { profile, ratePerSecond: rate ?? null })
  if (why === null) return
  throw new Refusal({
    what: `nobody knows the rates of a ${profile} of ${flow}`,
    why: [why],
    wayOut: wayOut(flow, profile),
  })
}

function wayOut(flow: string, profile: Profile): string {
  if (flow === LEGACY_FLOW) {
    return profile === 'spike'
      ? 'No plan has rates of the old interfaces: hold one, --profile hold --rate 40.'
      : 'Say --rate 40.'
  }
  const inPlan = `ordinaryPerSecond and peakPerSecond of ${flow} into the plan, below flows: (docs/plan.md)`
  return profile === 'spike'
    ? `Write ${inPlan}; --rate then says how high the spike is.`
    : `Say --rate 40, or write ${inPlan}.`
}
