import { describe, expect, it } from 'vitest'
import { LEGACY_FLOW } from '../contracts/plan.ts'
import { loadPlan } from '../plan/load-plan.ts'
import { resolvePlan } from '../plan/resolve-plan.ts'
import { LOAD_NAMES, loadOf, MIX, planRates, sharesOf } from './load.ts'

const plan = resolvePlan(await loadPlan('plan.yaml'))

describe('a load', () => {
  it('of one flow is a mix of one', () => {
    expect(loadOf('list', plan.plan)).toEqual({ name: 'list', weights: { list: 1 } })
    expect(sharesOf(loadOf('list', plan.plan))).toEqual({ list: 1 })
  })

  it('of all flows sends each as often as the plan says, and asks for their rates together', () => {
    const mix = loadOf(MIX, plan.plan)
    const shares = sharesOf(mix)
    expect(Object.values(shares).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1)
    expect((shares.list ?? 0) / (shares.checkout ?? 1)).toBeCloseTo(plan.plan.requestsPerOrder.list)
    const each = Object.keys(mix.weights).map(
      (flow) => planRates(loadOf(flow, plan.plan), plan)?.ordinaryPerSecond ?? 0,
    )
    expect(planRates(mix, plan)?.ordinaryPerSecond).toBeCloseTo(each.reduce((sum, rate) => sum + rate, 0))
  })

  it('of the old interfaces is one flow of lists, details and submissions, and of no run that names none', () => {
    const { list, detail, checkout } = plan.plan.requestsPerOrder
    const legacy = loadOf(LEGACY_FLOW, plan.plan)
    expect(legacy).toEqual({ name: 'legacy', weights: { legacy: 1 }, parts: { list, detail, checkout } })
    expect(planRates(legacy, plan)).toBeNull()
    expect(LOAD_NAMES).not.toContain(LEGACY_FLOW)
    expect(Object.keys(loadOf(MIX, plan.plan).weights)).not.toContain(LEGACY_FLOW)
  })

  it('of a flow that the plan does not know has no rate of the plan', () => {
    expect(planRates({ name: 'mine', weights: { mine: 1 } }, plan)).toBeNull()
  })
})
