import { describe, expect, it } from 'vitest'
import type { ResolvedPlan } from '../contracts/plan.ts'
import { loadPlan } from '../plan/load-plan.ts'
import { resolvePlan } from '../plan/resolve-plan.ts'
import { isScriptPath, planWithFlow, scriptAt } from './own-script.ts'
import { checkoutPlan } from './plan-option.ts'

const plan = resolvePlan(await loadPlan(checkoutPlan()))
const flow = { name: 'quotes', script: '/somewhere/quotes.ts' }
const planned: ResolvedPlan = {
  ...plan,
  plan: { ...plan.plan, flows: { quotes: { p99Ms: 80, errorRate: 0.01, ordinaryPerSecond: 20 } } },
}

describe('a script on the command line', () => {
  it.each(['./flow.ts', 'flow.ts', '/abs/flow.js', 'a/b', 'flow.mjs', '..\\flow.ts'])(
    'is known by its look: %s',
    (word) => {
      expect(isScriptPath(word)).toBe(true)
    },
  )

  it.each(['list', 'checkout', 'mix', 'chekcout'])('is not a flow of ours: %s', (word) => {
    expect(isScriptPath(word)).toBe(false)
  })

  it('must be there, and may not take the name of a flow of ours', () => {
    expect(() => scriptAt('nowhere/flow.ts')).toThrow(/there is no script .*nowhere\/flow.ts/)
    expect(() => scriptAt('scenarios/list.ts')).toThrow(/list is a flow of the order system already/)
    expect(scriptAt('docs/examples/my-flow.ts').name).toBe('my-flow')
  })

  it('takes its targets from the command line, else from the plan, and its rates from the plan', () => {
    const targetsOf = (given: Parameters<typeof planWithFlow>[2]) =>
      planWithFlow(planned, flow, given).plan.flows?.quotes
    expect(targetsOf({})).toEqual({ p99Ms: 80, errorRate: 0.01, ordinaryPerSecond: 20 })
    expect(targetsOf({ p99: 50 })).toEqual({ p99Ms: 50, errorRate: 0.01, ordinaryPerSecond: 20 })
    expect(planWithFlow(plan, flow, { p99: 50 }).plan.flows?.quotes).toEqual({ p99Ms: 50, errorRate: 0.001 })
    expect(() => planWithFlow(plan, flow, { errorRate: 0.5 })).toThrow(/how fast must quotes be\?/)
  })
})
