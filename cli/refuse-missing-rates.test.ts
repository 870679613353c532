import { describe, expect, it } from 'vitest'
import { Refusal } from '../contracts/refusal.ts'
import { resolvedPlanFixture } from '../reports/fixtures/resolved-plan.ts'
import { refuseMissingRates } from './refuse-missing-rates.ts'

const resolved = resolvedPlanFixture()
const plan = { ...resolved, plan: { ...resolved.plan, flows: { mine: { p99Ms: 100, errorRate: 0.001 } } } }

function refusalOf(...[flow, options]: [string, Parameters<typeof refuseMissingRates>[1]]): Refusal | null {
  try {
    refuseMissingRates(flow, options, plan)
    return null
  } catch (error) {
    return error as Refusal
  }
}

describe('a profile whose rates nobody knows', () => {
  it('is refused, with the keys of the plan as the way out', () => {
    const spike = refusalOf('mine', { profile: 'spike', rate: 600 })
    expect(spike).toBeInstanceOf(Refusal)
    expect(spike?.exitCode).toBe(2)
    expect(spike?.wayOut).toMatch(/^Write ordinaryPerSecond and peakPerSecond of mine into the plan, below flows:/)
    expect(refusalOf('mine', { profile: 'hold' })?.wayOut).toMatch(/^Say --rate 40, or write ordinaryPerSecond/)
  })

  it('has no way out in the plan where no plan can know them', () => {
    expect(refusalOf('legacy', { profile: 'spike', rate: 40 })?.wayOut).not.toMatch(/flows:/)
  })

  it('is not one whose rate was said, nor a search, nor one of the order system', () => {
    expect(refusalOf('mine', { profile: 'hold', rate: 40 })).toBeNull()
    expect(refusalOf('mine', { profile: 'knee' })).toBeNull()
    expect(refusalOf('list', { profile: 'spike' })).toBeNull()
  })
})
