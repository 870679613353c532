import { expect, it } from 'vitest'
import { deploymentFixture } from '../fixtures/deployment.ts'
import { resolvedPlanFixture } from '../fixtures/resolved-plan.ts'
import { planPool } from './plan-pool.ts'

const resolved = resolvedPlanFixture()
const withMemory = (memoryBytes: number) => {
  const deployment = deploymentFixture()
  const plan = { ...resolved.plan, deployment: { ...deployment, mysql: { ...deployment.mysql, memoryBytes } } }
  return planPool({ ...resolved, plan })
}

it('is that of the recommended setup where the plan names no deployment', () => {
  const { share, basis } = planPool(resolved)
  expect(share).toBeGreaterThan(0)
  expect(share).toBeLessThan(1)
  expect(basis).toContain('names no deployment')
})

it('is that of the deployment: twice the memory, twice the share; never more than all', () => {
  const { share, basis } = withMemory(16e9)
  expect(basis).toContain("the plan's deployment")
  expect(withMemory(32e9).share).toBeCloseTo(2 * share, 12)
  expect(withMemory(1e15).share).toBe(1)
})
