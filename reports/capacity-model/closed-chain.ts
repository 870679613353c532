// The throughput of a closed network as stations are added to it one after another: J. Buzen's convolution (CACM 16, 1973)
// written in ratios of its constants, X(n) = G(n−1)/G(n), and in each station's probabilities. Sums and products of positive
// numbers between 0 and 1 only, so nothing overflows and no digit is lost, and each population costs one step per server.

import type { ServiceDemand } from '../../contracts/capacity-model/queueing.ts'

export interface ClosedChain {
  /** Infinite where nothing holds a request. To be asked for 1, 2, 3 … in this order. */
  readonly throughputAt: (population: number) => number
}

interface Link {
  readonly seconds: number
  readonly servers: number
  /** P(j requests here), j = 0 … servers − 1, in the network of this station and those before it. */
  readonly marginal: Float64Array
  /** P(at least as many requests here as servers). */
  full: number
}

/** Stations with a demand, and what requests spend where they need not wait: thinking, or where there is a server for everyone. */
export function closedChain(demands: readonly ServiceDemand[], delaySeconds: number): ClosedChain {
  const links = demands.map(({ seconds, servers = 1 }): Link => {
    const marginal = new Float64Array(servers)
    marginal[0] = 1
    return { seconds, servers, marginal, full: 0 }
  })
  // A delay beyond rounding of all else is none: its reciprocal may not be a number.
  const isDelay = delaySeconds > Number.EPSILON ** 2 * demands.reduce((sum, { seconds }) => sum + seconds, 0)
  return {
    throughputAt: (population) => {
      let throughput = isDelay ? population / delaySeconds : Number.POSITIVE_INFINITY
      for (const link of links) throughput = add(link, population, throughput)
      return throughput
    },
  }
}

/**
 * Throughput with the station added to a network of throughput `others`. Up to a common divisor P(j|n) is
 * D·X/j · P(j−1|n−1), for the throughput X without the station; that divisor is X without it ÷ X with it.
 */
function add(link: Link, population: number, others: number): number {
  const { seconds, servers, marginal } = link
  if (others === Number.POSITIVE_INFINITY) return Math.min(population, servers) / seconds
  const load = seconds * others
  const last = marginal.length - 1
  let full = (load / servers) * (link.full + (marginal[last] ?? 0))
  let total = full + (marginal[0] ?? 0)
  for (let j = last; j >= 1; j--) {
    const weight = (load / j) * (marginal[j - 1] ?? 0)
    marginal[j] = weight
    total += weight
  }
  for (let j = 0; j <= last; j++) marginal[j] = (marginal[j] ?? 0) / total
  full /= total
  link.full = full
  return others / total
}
