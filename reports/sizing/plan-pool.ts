// Pool ÷ data of the plan's deployment, or of the setup that is recommended: what a table may count on in memory.

import type { ResolvedPlan } from '../../contracts/plan.ts'
import { POOL_SHARE_OF_MEMORY } from '../capacity-model/sizing.ts'
import { busiestHost } from '../deployment/mysql-tiers.ts'
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
  const { deployment } = resolved.plan
  if (deployment !== undefined) {
    const { dataBytes, text } = busiestHost(deployment, { resolved, dataBytes: modelledBytes })
    return {
      share: Math.min(1, (POOL_SHARE_OF_MEMORY * deployment.mysql.memoryBytes) / dataBytes.mid),
      basis: `${percent(POOL_SHARE_OF_MEMORY)} of the memory of the plan's deployment, on ${text}`,
    }
  }
  const { poolBytes } = bufferPool(resolved.plan, modelledBytes)
  return {
    share: Math.min(1, poolBytes.mid / modelledBytes.mid),
    basis: `the pool that is recommended for a hit ratio of ${percent(WANTED_HIT_RATIO)}, as the plan names no deployment`,
  }
}
