// Schweitzer's approximation of mean value analysis, for populations too large for the exact recursion: an arriving
// request sees the queue shrunk by (N−1)/N. P. Schweitzer (1979). Its fixed point Σ queues + X·Z = N rises in X, so bisection
// finds it. At several servers a request waits for fewer of those it sees: of the approximation of H. Sakasegawa (1977),
// Lq ≈ ρ^√(2(m+1)) ÷ (1−ρ), which for one server is exact and leaves Schweitzer's formula as it is.

import type { MvaFigures, ServiceDemand } from '../../contracts/capacity-model/queueing.ts'
import { perServerSeconds } from './operational-bounds.ts'

export function mvaApproximate(
  demands: readonly ServiceDemand[],
  thinkSeconds: number,
  population: number,
): MvaFigures {
  const seen = (population - 1) / population
  const queueAt = (throughput: number, demand: ServiceDemand): number => {
    const utilisation = throughput * perServerSeconds(demand)
    const waiting = (utilisation ** Math.sqrt(2 * ((demand.servers ?? 1) + 1)) * seen) / (1 - utilisation * seen)
    return throughput * demand.seconds + waiting
  }
  const requestsAt = (throughput: number): number =>
    demands.reduce((sum, demand) => sum + queueAt(throughput, demand), throughput * thinkSeconds)
  const throughput = solve(requestsAt, population, highestThroughput(demands, thinkSeconds, population))
  const queues = demands.map((demand) => queueAt(throughput, demand))
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
