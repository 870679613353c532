// A closed system: N users who think, then wait for an answer. Exact for every population for which that is affordable, else
// approximate and said so.

import type { Refused } from '../../contracts/capacity-model/interval.ts'
import type { MvaAnswer, MvaQuestion, MvaResult } from '../../contracts/capacity-model/queueing.ts'
import { mvaApproximate } from './mva-approximate.ts'
import { exactSteps, mvaExact } from './mva-exact.ts'
import { operationalBounds } from './operational-bounds.ts'
import { refuse } from './refuse.ts'

/** Steps of the exact recursion that take a quarter of a second. */
const AFFORDABLE_STEPS = 3e7

export function solveMva(question: MvaQuestion): MvaAnswer | Refused {
  const { demands, thinkSeconds, populations } = question
  const bounds = operationalBounds(demands, thinkSeconds)
  if (bounds === null) return refuse('no-demand', 'no resource has a demand: nothing limits the throughput')
  const isAffordable = (population: number): boolean => exactSteps(demands, population) <= AFFORDABLE_STEPS
  const exact = new Map<number, MvaResult>()
  for (const figures of mvaExact(demands, thinkSeconds, populations.filter(isAffordable))) {
    exact.set(figures.population, { ...figures, method: 'exact' })
  }
  const results = populations.map((population): MvaResult => {
    return exact.get(population) ?? { ...mvaApproximate(demands, thinkSeconds, population), method: 'approximate' }
  })
  const smallest = Math.min(...populations.filter((population) => !isAffordable(population)))
  if (smallest === Number.POSITIVE_INFINITY) return { method: 'exact', results, ...bounds }
  return { method: 'approximate', methodReason: whyApproximate(smallest), results, ...bounds }
}

/** The errors are those of `bench/mva-approximation.ts`. */
function whyApproximate(smallest: number): string {
  return (
    `from ${smallest} requests on the exact recursion is too long; Schweitzer’s approximation instead: ` +
    'throughput within 1 % above 20 000 requests (17 % below), response times up to a third too long, most where the bottleneck is only just saturated'
  )
}
