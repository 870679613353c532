// Exact mean value analysis of a closed network with one class of requests, single and multi-server stations.
// M. Reiser & S. Lavenberg, "Mean-Value Analysis of Closed Multichain Queuing Networks", JACM 27 (1980).
// The probability that a multi-server station is empty is usually found as 1 − Σ others, which loses all digits when the
// station is busy (negative probabilities); here it is G₋ₖ(n)/G(n) by convolution (J. Buzen, CACM 16, 1973): sums of positive terms only.

import type { MvaResult, ServiceDemand } from '../../contracts/capacity-model/queueing.ts'

interface Station {
  readonly name: string
  readonly seconds: number
  readonly servers: number
  /** P(empty | n requests in the network) for n = 0 … N; only multi-server stations need it. */
  readonly emptyProbability: Float64Array | null
  queue: number
  /** P(j requests here), j = 0 … servers − 2. */
  readonly marginal: Float64Array
}

export function mvaExact(
  demands: readonly ServiceDemand[],
  thinkSeconds: number,
  populations: readonly number[],
): readonly MvaResult[] {
  const largest = Math.max(...populations)
  const stations = stationsFor(demands, thinkSeconds, largest)
  const wanted = new Set(populations)
  const results = new Map<number, MvaResult>()
  for (let n = 1; n <= largest; n++) {
    const residence = stations.map(residenceSeconds)
    const responseSeconds = residence.reduce((sum, seconds) => sum + seconds, 0)
    const throughput = n / (thinkSeconds + responseSeconds)
    stations.forEach((station, k) => {
      arrive(station, n, throughput, residence[k] ?? 0)
    })
    if (wanted.has(n)) results.set(n, snapshot(stations, n, throughput, responseSeconds))
  }
  return populations.flatMap((n) => results.get(n) ?? [])
}

/** R(n) = D/m · (1 + Q(n−1) + Σ_{j ≤ m−2} (m−1−j)·P(j | n−1)): the last term gives back what idle servers save. */
function residenceSeconds({ seconds, servers, queue, marginal }: Station): number {
  let idle = 0
  for (let j = 0; j < marginal.length; j++) idle += (servers - 1 - j) * (marginal[j] ?? 0)
  return (seconds / servers) * (1 + queue + idle)
}

/** Moves a station from n − 1 to n requests: P(j | n) = (D·X/j)·P(j−1 | n−1) below m. */
function arrive(station: Station, n: number, throughput: number, residence: number): void {
  const { marginal } = station
  for (let j = marginal.length - 1; j >= 1; j--) {
    marginal[j] = ((station.seconds * throughput) / j) * (marginal[j - 1] ?? 0)
  }
  if (marginal.length > 0) marginal[0] = station.emptyProbability?.[n] ?? 0
  station.queue = throughput * residence
}

function snapshot(
  stations: readonly Station[],
  population: number,
  throughput: number,
  responseSeconds: number,
): MvaResult {
  return {
    population,
    throughput,
    responseSeconds,
    utilisation: Object.fromEntries(stations.map((s) => [s.name, (throughput * s.seconds) / s.servers])),
    queue: Object.fromEntries(stations.map((s) => [s.name, s.queue])),
  }
}

function stationsFor(demands: readonly ServiceDemand[], thinkSeconds: number, largest: number): readonly Station[] {
  const isMulti = (demand: ServiceDemand): boolean => (demand.servers ?? 1) > 1 && demand.seconds > 0
  const all = demands.some(isMulti) ? logConstants(demands, thinkSeconds, largest) : null
  return demands.map((demand) => {
    const { name, seconds, servers = 1 } = demand
    const multi = all !== null && isMulti(demand)
    const marginal = new Float64Array(multi ? Math.min(servers - 1, largest) : 0)
    if (marginal.length > 0) marginal[0] = 1
    const emptyProbability = multi
      ? logConstants(
          demands.filter((other) => other !== demand),
          thinkSeconds,
          largest,
        ).map((log, n) => Math.exp(log - (all[n] ?? 0)))
      : null
    return { name, seconds, servers, emptyProbability, queue: 0, marginal }
  })
}

/** ln G(n), n = 0 … N: normalising constants of the network, in logarithms because they leave the range of a double. */
function logConstants(demands: readonly ServiceDemand[], thinkSeconds: number, largest: number): Float64Array {
  const logs = new Float64Array(largest + 1).fill(Number.NEGATIVE_INFINITY)
  logs[0] = 0
  // Thinking is a station with a server for everyone: Zⁿ/n!.
  for (let n = 1; n <= largest && thinkSeconds > 0; n++) logs[n] = (logs[n - 1] ?? 0) + Math.log(thinkSeconds / n)
  for (const { seconds, servers = 1 } of demands) if (seconds > 0) convolve(logs, seconds, servers)
  return logs
}

/**
 * Adds a station with factors f(j) = Dʲ/j! up to m servers and f(j) = f(j−1)·D/m beyond. That geometric tail makes
 * its part of the sum a recursion, T(n) = D/m·T(n−1) + f(m)·g(n−m), so the cost is N·m and not N².
 */
function convolve(logs: Float64Array, seconds: number, servers: number): void {
  const before = logs.slice()
  const head = Math.min(servers, logs.length)
  const factors = new Float64Array(head + 1)
  for (let j = 1; j <= head; j++) factors[j] = (factors[j - 1] ?? 0) + Math.log(seconds / j)
  const ratio = Math.log(seconds / servers)
  let tail = Number.NEGATIVE_INFINITY
  for (let n = 0; n < logs.length; n++) {
    if (n >= servers) tail = logSum(tail + ratio, (factors[servers] ?? 0) + (before[n - servers] ?? 0))
    let log = tail
    for (let j = Math.min(n, servers - 1); j >= 0; j--) log = logSum(log, (factors[j] ?? 0) + (before[n - j] ?? 0))
    logs[n] = log
  }
}

function logSum(a: number, b: number): number {
  const high = Math.max(a, b)
  return high === Number.NEGATIVE_INFINITY ? high : high + Math.log1p(Math.exp(Math.min(a, b) - high))
}
