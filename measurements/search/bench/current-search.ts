// The procedure in use, on a simulated queue.

import { BLOCK_SECONDS } from '../../../contracts/measurement.ts'
import { type Block, type Hold, isOver } from '../hold.ts'
import { nextAction } from '../next-action.ts'
import type { SearchPlan } from '../search-plan.ts'
import type { SearchResult } from '../search-result.ts'
import type { Published } from './published.ts'
import type { Queue } from './queue.ts'

const START_SECONDS = 1.5
const SETTLE_SECONDS = 2
const FLOW = 'queue'

export function planFor(capacityPerSecond: number, targetSeconds: number, budgetSeconds: number): SearchPlan {
  return {
    flows: { [FLOW]: { share: 1, targetSeconds, errorRateTarget: 0.001 } },
    claimRatePerSecond: null,
    startRatePerSecond: 0.6 * capacityPerSecond,
    lowestRatePerSecond: 0.02 * capacityPerSecond,
    highestRatePerSecond: 4 * capacityPerSecond,
    budgetSeconds,
    overheadSeconds: START_SECONDS + SETTLE_SECONDS,
  }
}

export function currentSearch(queue: Queue, plan: SearchPlan): Published {
  const result = searchQueue(queue, plan)
  return {
    ratePerSecond: result.operatingPoint?.ratePerSecond ?? null,
    interval: result.operatingPoint?.interval ?? null,
    seconds: result.loadSeconds,
    state: result.reason === null ? result.state : `${result.state}: ${result.reason}`,
  }
}

export function searchQueue(queue: Queue, plan: SearchPlan): SearchResult {
  const holds: Hold[] = []
  let seconds = 0
  for (;;) {
    const action = nextAction(plan, holds)
    if (action.kind === 'finished') return action.result
    // A process of the generator ends when its requests have ended.
    seconds = Math.max(seconds + action.restSeconds, queue.idleAtSeconds) + START_SECONDS
    const offered = queue.offer(action.ratePerSecond, seconds, SETTLE_SECONDS, BLOCK_SECONDS)
    seconds += SETTLE_SECONDS
    const blocks: Block[] = []
    for (const { disturbed, ...block } of offered) {
      blocks.push({ flows: { [FLOW]: block }, invalid: disturbed ? ['machine-busy'] : [] })
      seconds += BLOCK_SECONDS
      if (isOver({ blocks }, action.blocks)) break
    }
    holds.push({ purpose: action.purpose, ratePerSecond: action.ratePerSecond, blocks, isSustained: true })
  }
}
