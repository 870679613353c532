// Exact mean value analysis of a closed network with one class of requests, single and multi-server stations.
// M. Reiser & S. Lavenberg, "Mean-Value Analysis of Closed Multichain Queuing Networks", JACM 27 (1980).
// The probability that a multi-server station is empty is usually found as 1 − Σ others, which loses all digits when the
// station is busy (negative probabilities). Here it is P(0|n) = P(0|n−1) · X(n) ÷ X₋ₖ(n), with X₋ₖ the throughput of the
// network without the station: products of positive numbers only. See `closed-chain.ts`.

import type { MvaFigures, ServiceDemand } from '../../contracts/capacity-model/queueing.ts'
import { type ClosedChain, closedChain } from './closed-chain.ts'
import { perServerSeconds } from './operational-bounds.ts'

/** A station with several servers needs to know how many of them are idle. */
interface MultiServer {
  readonly at: number
  readonly seconds: number
  readonly servers: number
  /** The network without it. */
  readonly others: ClosedChain
  /** P(j requests here), j = 0 … servers − 2. */
  readonly marginal: Float64Array
}

export function mvaExact(
  demands: readonly ServiceDemand[],
  thinkSeconds: number,
  populations: readonly number[],
): readonly MvaFigures[] {
  const ascending = [...new Set(populations)].sort((a, b) => a - b)
  const largest = ascending.at(-1) ?? 0
  const results = new Map<number, MvaFigures>()
  const perServer = Float64Array.from(demands, perServerSeconds)
  // A station with a server for everyone makes nobody wait.
  const waits = Float64Array.from(demands, (demand) => (hasServerForAll(demand, largest) ? 0 : 1))
  const base = Float64Array.from(demands, (demand, k) => (waits[k] === 0 ? demand.seconds : (perServer[k] ?? 0)))
  const queue = new Float64Array(demands.length)
  const residence = new Float64Array(demands.length)
  const multiServers = multiServersOf(demands, thinkSeconds, largest)
  for (let n = 1; n <= largest; n++) {
    // R(n) = D/m · (1 + Q(n−1) + Σ_{j ≤ m−2} (m−1−j)·P(j | n−1)): the last term gives back what idle servers save.
    for (let k = 0; k < residence.length; k++) {
      residence[k] = (base[k] ?? 0) * (1 + (waits[k] ?? 0) * (queue[k] ?? 0))
    }
    for (const station of multiServers) {
      residence[station.at] = (residence[station.at] ?? 0) + (perServer[station.at] ?? 0) * idleServers(station)
    }
    let responseSeconds = 0
    for (let k = 0; k < residence.length; k++) responseSeconds += residence[k] ?? 0
    const throughput = n / (thinkSeconds + responseSeconds)
    for (let k = 0; k < queue.length; k++) queue[k] = throughput * (residence[k] ?? 0)
    for (const station of multiServers) arrive(station, n, throughput)
    if (n === ascending[results.size]) results.set(n, figures(demands, n, throughput, responseSeconds, queue))
  }
  return populations.flatMap((n) => results.get(n) ?? [])
}

/** Multiplications of the recursion up to this population: each multi-server station carries a network of its own. */
export function exactSteps(demands: readonly ServiceDemand[], population: number): number {
  const servers = demands.filter((demand) => !hasServerForAll(demand, population)).map(({ servers = 1 }) => servers)
  const multi = servers.filter((count) => count > 1).length
  const perRequest = servers.reduce((sum, count) => sum + count, 0)
  return population * (demands.length + multi * perRequest)
}

function hasServerForAll({ servers = 1 }: ServiceDemand, population: number): boolean {
  return servers >= population
}

function multiServersOf(
  demands: readonly ServiceDemand[],
  thinkSeconds: number,
  largest: number,
): readonly MultiServer[] {
  const queues = demands.filter((demand) => demand.seconds > 0 && !hasServerForAll(demand, largest))
  const delaySeconds = demands
    .filter((demand) => hasServerForAll(demand, largest))
    .reduce((sum, demand) => sum + demand.seconds, thinkSeconds)
  return queues.flatMap((demand) => {
    const { seconds, servers = 1 } = demand
    if (servers === 1) return []
    const marginal = new Float64Array(servers - 1)
    marginal[0] = 1
    const others = closedChain(
      queues.filter((other) => other !== demand),
      delaySeconds,
    )
    return [{ at: demands.indexOf(demand), seconds, servers, marginal, others }]
  })
}

/** Mean number of idle servers an arrival finds beyond the one it takes. */
function idleServers({ servers, marginal }: MultiServer): number {
  let idle = 0
  for (let j = 0; j < marginal.length; j++) idle += (servers - 1 - j) * (marginal[j] ?? 0)
  return idle
}

/** Moves a station from n − 1 to n requests: P(j | n) = (D·X/j)·P(j−1 | n−1) below m. */
function arrive({ seconds, marginal, others }: MultiServer, n: number, throughput: number): void {
  const empty = marginal[0] ?? 0
  for (let j = marginal.length - 1; j >= 1; j--) {
    marginal[j] = ((seconds * throughput) / j) * (marginal[j - 1] ?? 0)
  }
  marginal[0] = empty * (throughput / others.throughputAt(n))
}

function figures(
  demands: readonly ServiceDemand[],
  population: number,
  throughput: number,
  responseSeconds: number,
  queue: Float64Array,
): MvaFigures {
  const utilisation = demands.map((demand) => [demand.name, throughput * perServerSeconds(demand)] as const)
  return {
    population,
    throughput,
    responseSeconds,
    utilisation: Object.fromEntries(utilisation),
    queue: Object.fromEntries(demands.map(({ name }, k) => [name, queue[k] ?? 0])),
  }
}
