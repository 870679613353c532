import { describe, expect, it } from 'vitest'
import type { OwnFlowPlan } from '../contracts/plan.ts'
import { resolvedPlanFixture } from '../reports/fixtures/resolved-plan.ts'
import { loadOf } from './load.ts'
import { missingRates } from './profile-rates.ts'
import type { ScheduledProfile } from './profiles.ts'

const RATE = 40
const target = { p99Ms: 100, errorRate: 0.001 }

function missing(profile: ScheduledProfile, rates: Partial<OwnFlowPlan>, ratePerSecond: number | null): string | null {
  const resolved = resolvedPlanFixture()
  const plan = { ...resolved, plan: { ...resolved.plan, flows: { mine: { ...target, ...rates } } } }
  return missingRates(loadOf('mine', plan.plan), plan, { profile, ratePerSecond })
}

describe('the rates of a profile', () => {
  it.each([
    ['no rate at all', {}],
    ['no peak', { ordinaryPerSecond: 20 }],
    ['nothing ordinary', { peakPerSecond: 600 }],
    ['a peak that is ordinary', { ordinaryPerSecond: 20, peakPerSecond: 20 }],
  ])('of a spike are missing where the plan knows %s, whatever --rate says', (_, rates) => {
    for (const rate of [null, RATE])
      expect(missing('spike', rates, rate)).toMatch(/no ordinary rate of mine and a peak/)
  })

  it('of a spike are there where its peak is above what is ordinary', () => {
    for (const rate of [null, RATE])
      expect(missing('spike', { ordinaryPerSecond: 20, peakPerSecond: 600 }, rate)).toBeNull()
  })

  it('of a peak day are not made of an ordinary rate', () => {
    expect(missing('peak-day', { ordinaryPerSecond: 20 }, null)).toMatch(/does not say the peak of mine/)
    expect(missing('peak-day', { ordinaryPerSecond: 20 }, RATE)).toBeNull()
    expect(missing('peak-day', { peakPerSecond: 600 }, null)).toBeNull()
  })

  it('of a hold and a soak are --rate or the plan’s; a smoke has its own', () => {
    for (const profile of ['hold', 'soak'] as const) {
      expect(missing(profile, {}, null)).toMatch(/has no rate for mine/)
      expect(missing(profile, {}, RATE)).toBeNull()
      expect(missing(profile, { ordinaryPerSecond: 20 }, null)).toBeNull()
    }
    expect(missing('smoke', {}, null)).toBeNull()
  })

  it('of the order system are the plan’s', () => {
    const plan = resolvedPlanFixture()
    for (const name of ['list', 'mix'])
      expect(missingRates(loadOf(name, plan.plan), plan, { profile: 'spike', ratePerSecond: null })).toBeNull()
  })
})
