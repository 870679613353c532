import { expect, it } from 'vitest'
import { loadPlan } from '../plan/load-plan.ts'
import { resolvePlan } from '../plan/resolve-plan.ts'
import { planWithMonolith } from './legacy-load.ts'

const plan = resolvePlan(await loadPlan('plan.yaml'))

it('asks of the old interfaces what the plan asks of the slowest of their parts, unless told otherwise', () => {
  const { list, detail, checkout } = plan.plan.targets
  const parts = [list, detail, checkout]
  expect(planWithMonolith(plan, {}).plan.flows?.legacy).toEqual({
    p99Ms: Math.max(...parts.map(({ p99Ms }) => p99Ms)),
    errorRate: Math.min(...parts.map(({ errorRate }) => errorRate)),
  })
  expect(planWithMonolith(plan, { p99: 7, errorRate: 0.5 }).plan.flows?.legacy).toEqual({ p99Ms: 7, errorRate: 0.5 })
})

it('leaves the plan itself as it is', () => {
  const { planHash, plan: own } = planWithMonolith(plan, {})
  expect(planHash).toBe(plan.planHash)
  expect(plan.plan.flows?.legacy).toBeUndefined()
  expect(own.targets).toBe(plan.plan.targets)
})
