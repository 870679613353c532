// `npm run load -- legacy`: the monolith as a target.

import { MONOLITH_IDENTITY_PATH } from '../contracts/legacy-api.ts'
import { LEGACY_FLOW, type ResolvedPlan } from '../contracts/plan.ts'
import type { Target } from '../measurements/target.ts'
import { type GivenTargets, planWithFlow } from './own-script.ts'

/** No plan has targets for it: it has to be as fast as the slowest of the flows that it is made of. */
export function planWithMonolith(plan: ResolvedPlan, { p99, errorRate }: GivenTargets): ResolvedPlan {
  const { list, detail, checkout } = plan.plan.targets
  const parts = [list, detail, checkout]
  return planWithFlow(
    plan,
    { name: LEGACY_FLOW },
    {
      p99: p99 ?? Math.max(...parts.map(({ p99Ms }) => p99Ms)),
      errorRate: errorRate ?? Math.min(...parts.map((part) => part.errorRate)),
    },
  )
}

/**
 * To a load it is another system: no claim about the 64 tables follows from it, and its rows are not those of the services.
 * It says itself which data it holds.
 */
export function monolithAt(target: Target): Target {
  return { ...target, kind: 'http', identityPath: MONOLITH_IDENTITY_PATH }
}
