// Pool ÷ data of the setup that is recommended for the plan: what a table of it may count on in memory.

import type { ResolvedPlan } from '../../contracts/plan.ts'
import { percent } from '../quantity.ts'
import { bufferPool, WANTED_HIT_RATIO } from './buffer-pool.ts'
import { storedData } from './stored-data.ts'

export interface PlanPool {
  /** Above 0, at most 1. */
  readonly share: number
  /** Where it is from, in a sentence. */
  readonly basis: string
}

export function planPool(resolved: ResolvedPlan): PlanPool {
  const { modelledBytes } = storedData(resolved, { sizes: null, tables: [] })
  const { poolBytes } = bufferPool(resolved.plan, modelledBytes)
  return {
    share: Math.min(1, poolBytes.mid / modelledBytes.mid),
    basis: `the pool that is recommended for a hit ratio of ${percent(WANTED_HIT_RATIO)}, as the plan names no deployment`,
  }
}
