// Schweitzer's approximation of mean value analysis, for populations too large for the exact recursion: an arriving
// request sees the queue shrunk by (N−1)/N. Its fixed point Σ X·D/(1 − X·D·(N−1)/N) + X·Z = N rises in X, so bisection
// finds it. P. Schweitzer (1979); multi-server stations by Seidmann et al. (1987): a queue of D/m and a delay of D·(m−1)/m.

import type { MvaResult, ServiceDemand } from '../../contracts/capacity-model/queueing.ts'
import { perServerSeconds } from './operational-bounds.ts'

export function mvaApproximate(demands: readonly ServiceDemand[], thinkSeconds: number, population: number): MvaResult {
  const seen = (population - 1) / population
  const inService = demands.map((demand) => demand.seconds - perServerSeconds(demand))
  const queueAt = (throughput: number, demand: ServiceDemand): number => {
    const load = throughput * perServerSeconds(demand)
    return load / (1 - load * seen)
  }
  const requestsAt = (throughput: number): number =>
    demands.reduce(
      (sum, demand, k) => sum + queueAt(throughput, demand) + throughput * (inService[k] ?? 0),
      throughput * thinkSeconds,
    )
  const throughput = solve(requestsAt, population, highestThroughput(demands, thinkSeconds, population))
  const queues = demands.map((demand, k) => queueAt(throughput, demand) + throughput * (inService[k] ?? 0))
  return {
    population,
    throughput,
    responseSeconds: queues.reduce((sum, queue) => sum + queue, 0) / throughput,
    utilisation: Object.fromEntries(demands.map((demand) => [demand.name, throughput * perServerSeconds(demand)])),
    queue: Object.fromEntries(demands.map((demand, k) => [demand.name, queues[k] ?? 0])),
  }
}

function highestThroughput(demands: readonly ServiceDemand[], thinkSeconds: number, population: number): number {
  const slowest = Math.max(...demands.map(perServerSeconds))
  const idle = demands.reduce((sum, demand) => sum + demand.seconds, thinkSeconds)
  return Math.min(1 / slowest, population / idle)
}

function solve(rising: (x: number) => number, target: number, highest: number): number {
  let low = 0
  let high = highest
  for (let i = 0; i < 200; i++) {
    const middle = (low + high) / 2
    if (middle <= low || middle >= high) break
    if (rising(middle) < target) low = middle
    else high = middle
  }
  return low
}
