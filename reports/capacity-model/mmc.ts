// M/M/c: Poisson arrivals, exponential service, c servers, one queue. A. Erlang (1917); L. Kleinrock, "Queueing Systems" I, §3.5.

import type {
  MmcAnswer,
  MmcMaxRate,
  MmcQuestion,
  MmcResult,
  MmcStatistic,
  MmcTarget,
} from '../../contracts/capacity-model/queueing.ts'
import { refuse } from './refuse.ts'

export interface MmcStation {
  readonly servers: number
  readonly serviceSeconds: number
}

const TAILS = { p95: 0.05, p99: 0.01 } as const

/** Erlang's C: P(an arrival waits), through the recursion of Erlang's B, which never overflows. */
export function erlangC(servers: number, offeredLoad: number): number {
  let blocking = 1
  for (let k = 1; k <= servers; k++) blocking = (offeredLoad * blocking) / (k + offeredLoad * blocking)
  const utilisation = offeredLoad / servers
  return blocking / (1 - utilisation * (1 - blocking))
}

/** Null when arrivals outrun the servers: no steady state exists. */
export function mmc(station: MmcStation, arrivalRate: number): MmcResult | null {
  const offeredLoad = arrivalRate * station.serviceSeconds
  const utilisation = offeredLoad / station.servers
  const drainRate = station.servers / station.serviceSeconds - arrivalRate
  if (utilisation >= 1 || drainRate <= 0) return null
  const waitProbability = erlangC(station.servers, offeredLoad)
  const time = { serviceRate: 1 / station.serviceSeconds, drainRate, waitProbability }
  return {
    arrivalRate,
    utilisation,
    waitProbability,
    meanSeconds: station.serviceSeconds + waitProbability / drainRate,
    p95Seconds: responseQuantile(time, TAILS.p95),
    p99Seconds: responseQuantile(time, TAILS.p99),
  }
}

interface ResponseTime {
  readonly serviceRate: number
  readonly drainRate: number
  readonly waitProbability: number
}

/**
 * P(R > t) of waiting plus service: e^{−μt}·(1 + C·μ·(1 − e^{−(θ−μ)t})/(θ−μ)), θ = cμ − λ, in logarithms.
 * At θ = μ the fraction is t; expm1 keeps its digits nearby.
 */
function logTail({ serviceRate, drainRate, waitProbability }: ResponseTime, seconds: number): number {
  const difference = drainRate - serviceRate
  const exponent = difference * seconds
  if (exponent < -700) {
    // e^{−(θ−μ)t} overflows; it is all that is left of the sum.
    return -drainRate * seconds + Math.log((waitProbability * serviceRate) / -difference)
  }
  const fraction = Math.abs(exponent) < 1e-300 ? seconds : -Math.expm1(-exponent) / difference
  return -serviceRate * seconds + Math.log1p(waitProbability * serviceRate * fraction)
}

function responseQuantile(time: ResponseTime, tail: number): number {
  const target = Math.log(tail)
  // Both parts alone are exponential: the slower rate bounds the quantile from above after a union bound.
  let low = 0
  let high = (Math.log(2 / tail) + 1) * (1 / time.serviceRate + 1 / time.drainRate)
  for (let i = 0; i < 200; i++) {
    const middle = (low + high) / 2
    if (middle <= low || middle >= high) break
    if (logTail(time, middle) > target) low = middle
    else high = middle
  }
  return high
}

function statisticOf(result: MmcResult, statistic: MmcStatistic): number {
  return result[`${statistic}Seconds`]
}

/** The highest arrival rate that keeps a statistic within its target; null when an idle station already misses it. */
export function maxRate(station: MmcStation, target: MmcTarget): number | null {
  const meets = (arrivalRate: number): boolean => {
    const result = mmc(station, arrivalRate)
    return result !== null && statisticOf(result, target.statistic) <= target.seconds
  }
  if (!meets(0)) return null
  let low = 0
  let high = station.servers / station.serviceSeconds
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2
    if (middle <= low || middle >= high) break
    if (meets(middle)) low = middle
    else high = middle
  }
  return low
}

/** The fewest servers that keep the probability of waiting within a limit. */
export function serversForWait(offeredLoad: number, waitProbability: number): number {
  let servers = Math.floor(offeredLoad) + 1
  while (erlangC(servers, offeredLoad) > waitProbability) servers++
  return servers
}

export function answerMmc(question: MmcQuestion): MmcAnswer {
  const capacity = question.servers / question.serviceSeconds
  return {
    results: question.arrivalRates.map((arrivalRate) => {
      const message = `${arrivalRate} arrivals per second, but ${question.servers} servers finish only ${capacity}`
      return mmc(question, arrivalRate) ?? { arrivalRate, ...refuse('unstable', message) }
    }),
    maxRates: question.targets.map((target) => answerMaxRate(question, target)),
  }
}

function answerMaxRate(station: MmcStation, target: MmcTarget): MmcMaxRate {
  const arrivalRate = maxRate(station, target)
  const idle = mmc(station, 0)
  if (arrivalRate !== null || idle === null) return { ...target, arrivalRate }
  const best = statisticOf(idle, target.statistic).toPrecision(4)
  return { ...target, arrivalRate, arrivalRateReason: `even an idle station takes ${best} s (${target.statistic})` }
}
