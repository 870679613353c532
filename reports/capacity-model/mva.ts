// A closed system: N users who think, then wait for an answer. Exact while that is affordable, else approximate and said so.

import type { Refused } from '../../contracts/capacity-model/interval.ts'
import type { MvaAnswer, MvaQuestion, ServiceDemand } from '../../contracts/capacity-model/queueing.ts'
import { mvaApproximate } from './mva-approximate.ts'
import { mvaExact } from './mva-exact.ts'
import { operationalBounds } from './operational-bounds.ts'
import { refuse } from './refuse.ts'

/** Steps of the exact recursion that fit well into a second. */
const AFFORDABLE_STEPS = 1e6

export function solveMva(question: MvaQuestion): MvaAnswer | Refused {
  const { demands, thinkSeconds, populations } = question
  const bounds = operationalBounds(demands, thinkSeconds)
  if (bounds === null) return refuse('no-demand', 'no resource has a demand: nothing limits the throughput')
  const largest = Math.max(...populations)
  if (exactSteps(demands, largest) <= AFFORDABLE_STEPS) {
    return { method: 'exact', results: mvaExact(demands, thinkSeconds, populations), ...bounds }
  }
  return {
    method: 'approximate',
    methodReason: `the exact recursion up to ${largest} requests is too long; Schweitzer’s approximation instead`,
    results: populations.map((population) => mvaApproximate(demands, thinkSeconds, population)),
    ...bounds,
  }
}

/** One convolution of a multi-server station costs several steps per server, and is done once per such station. */
function exactSteps(demands: readonly ServiceDemand[], largest: number): number {
  const servers = demands.map((demand) => Math.min(demand.servers ?? 1, largest))
  const multi = servers.filter((count) => count > 1).length
  const perRequest = servers.reduce((sum, count) => sum + count, 0)
  return largest * perRequest * (1 + multi)
}
