// What all blocks of a search say together about r, the rate at which 1 % of the answers are over the target: a posterior
// over the curve logit share(rate) = logit 1 % + k · (rate ÷ r − 1), over r, its steepness k and the size of clusters.
// Straight in the rate because queues are: ln P(wait > t) of M/M/c falls by t for every request per second less.

import { SLOW_SHARE } from '../../contracts/judge.ts'
import { BLOCK_SECONDS } from '../../contracts/measurement.ts'
import { countedLogLikelihood, logLikelihood } from './cluster-likelihood.ts'
import type { FlowHold } from './hold.ts'

export const CONFIDENCE = 0.95

export interface RateCurve {
  readonly low: number
  readonly median: number
  readonly high: number
  /** Standard deviation of ln r. */
  readonly spread: number
  /** Geometric mean of k. */
  readonly steepness: number
}

const COARSE_POINTS = 60
const FINE_POINTS = 120
/** How far beyond the rates tried the answer may lie. */
const BEYOND = 1.7
const STEEPNESS = [1, 1.5, 2.2, 3.3, 5, 7, 10, 14, 20, 28, 40, 57, 80]
const LOG_STEEPNESS = STEEPNESS.map(Math.log)
/** ln of a weight that adds nothing to a sum of thousands. */
const NEGLIGIBLE = -25
/** At a share of 1 %; they grow with its square root. */
const CLUSTER_SECONDS = [0.03, 0.08, 0.2, 0.45, 1, 2.2]
const CELLS = STEEPNESS.length * CLUSTER_SECONDS.length
/** No real curve is quite of that shape: what it may be off by, as a standard deviation of ln r. */
const SHAPE_ERROR = 0.03
/** Up to which share late answers come in clusters that can be told apart. */
const COUNTABLE_SHARE = 0.05
/** How far a system may differ from a queue: standard deviation of ln(size of its clusters ÷ of a queue's). */
const QUEUE_LIKENESS = 1.2
/** Beyond it a queue grows without end, and the share says how long it has grown. */
const SATURATED_SHARE = 0.5
const LOGITS = { from: -14, to: 3, points: 35 } as const
const LOGIT_STEP = (LOGITS.to - LOGITS.from) / (LOGITS.points - 1)
const TARGET_LOGIT = Math.log(SLOW_SHARE / (1 - SLOW_SHARE))

/** null while no answer was right. */
export function rateCurve(holds: readonly FlowHold[], targetSeconds: number): RateCurve | null {
  const tables = holds.map(tableOf).filter((table) => table !== null)
  if (tables.length === 0) return null
  const prior = priorOf(targetSeconds)
  const tried = tables.map(({ ratePerSecond }) => ratePerSecond)
  const everywhere = grid(Math.log(Math.min(...tried) / BEYOND), Math.log(Math.max(...tried) * BEYOND), COARSE_POINTS)
  const coarse = summary(posterior(tables, prior, everywhere), everywhere)
  // Where it matters, finely: rates tried may be a hundred times apart, and the answer known to 2 %.
  const margin = 2 * everywhere.step + 4 * SHAPE_ERROR
  const around = grid(Math.log(coarse.low) - margin, Math.log(coarse.high) + margin, FINE_POINTS)
  return summary(posterior(tables, prior, around), around)
}

interface Grid {
  readonly from: number
  readonly step: number
  readonly points: number
}

function grid(from: number, to: number, points: number): Grid {
  return { from, step: (to - from) / (points - 1), points }
}

/** ln-weights by rate, then by steepness and size of cluster. */
function posterior(tables: readonly HoldTable[], prior: readonly number[], { from, step, points }: Grid): Float64Array {
  const logs = Float64Array.from({ length: points * CELLS }, (_, at) => prior[at % CELLS]!)
  for (const { ratePerSecond, values } of tables) {
    let at = 0
    for (let i = 0; i < points; i++) {
      const beyond = ratePerSecond / Math.exp(from + step * i) - 1
      for (const k of STEEPNESS) {
        const place = (TARGET_LOGIT + k * beyond - LOGITS.from) / LOGIT_STEP
        const inside = Math.min(LOGITS.points - 1.000001, Math.max(0, place))
        const below = Math.floor(inside)
        for (const table of values)
          logs[at++]! += table[below]! + (table[below + 1]! - table[below]!) * (inside - below)
      }
    }
  }
  return logs
}

function summary(logs: Float64Array, { from, step, points }: Grid): RateCurve {
  let most = Number.NEGATIVE_INFINITY
  for (const log of logs) if (log > most) most = log
  const weights = new Float64Array(points)
  let total = 0
  let logSteepness = 0
  for (let at = 0; at < logs.length; at++) {
    const difference = logs[at]! - most
    if (difference < NEGLIGIBLE) continue
    const weight = Math.exp(difference)
    weights[Math.floor(at / CELLS)]! += weight
    total += weight
    logSteepness += weight * LOG_STEEPNESS[Math.floor((at % CELLS) / CLUSTER_SECONDS.length)]!
  }
  const known = blurred(weights, step)
  const sum = known.reduce((all, weight) => all + weight, 0)
  const mean = known.reduce((all, weight, i) => all + i * weight, 0) / sum
  const variance = known.reduce((all, weight, i) => all + (i - mean) ** 2 * weight, 0) / sum
  const quantile = (probability: number): number => {
    let below = 0
    for (let i = 0; i < points; i++) {
      const share = known[i]! / sum
      if (below + share >= probability) return Math.exp(from + step * (i + (probability - below) / share - 0.5))
      below += share
    }
    return Math.exp(from + step * (points - 1))
  }
  return {
    low: quantile((1 - CONFIDENCE) / 2),
    median: quantile(0.5),
    high: quantile((1 + CONFIDENCE) / 2),
    spread: step * Math.sqrt(variance),
    steepness: Math.exp(logSteepness / total),
  }
}

function blurred(weights: Float64Array, step: number): Float64Array {
  const reach = Math.ceil((4 * SHAPE_ERROR) / step)
  const kernel = Array.from({ length: 2 * reach + 1 }, (_, i) =>
    Math.exp(-0.5 * (((i - reach) * step) / SHAPE_ERROR) ** 2),
  )
  return weights.map((_, at) => kernel.reduce((sum, factor, i) => sum + factor * (weights[at + i - reach] ?? 0), 0))
}

/**
 * By steepness, then by size of cluster. In heavy traffic the work in a queue is a Brownian motion with drift −δ and
 * variance σ² (J. F. C. Kingman, "On queues in heavy traffic", 1962): it exceeds t with probability exp(−2δt ÷ σ²), and
 * once beyond t it stays there for σ² ÷ 2δ² in all. At 1 % that is t · k ÷ ln² 1 %, and a cluster as a late answer sees
 * it is twice as long. Stalls, and whatever else is no queue, differ.
 */
function priorOf(targetSeconds: number): readonly number[] {
  return STEEPNESS.flatMap((k) => {
    const queueSeconds = (2 * targetSeconds * k) / TARGET_LOGIT ** 2
    return CLUSTER_SECONDS.map((seconds) => -0.5 * (Math.log(seconds / queueSeconds) / QUEUE_LIKENESS) ** 2)
  })
}

interface HoldTable {
  readonly ratePerSecond: number
  /** ln-likelihood of the hold by size of cluster, then by logit of its share. */
  readonly values: readonly Float64Array[]
}

function tableOf({ ratePerSecond, flowPerSecond, blocks: all }: FlowHold): HoldTable | null {
  // Of wrong answers alone nobody can tell how late right ones are.
  const blocks = all.filter(({ answered, errors }) => answered > errors)
  if (blocks.length === 0) return null
  const over = blocks.map(
    ({ answered, overTarget }) => Math.min(overTarget / answered, SATURATED_SHARE) * BLOCK_SECONDS,
  )
  const clusters = blocks.reduce((sum, block) => sum + block.clusters, 0)
  const seconds = blocks.length * BLOCK_SECONDS
  const overSeconds = over.reduce((sum, one) => sum + one, 0)
  const logLikelihoodOf = (share: number, clusterSeconds: number): number =>
    overSeconds <= COUNTABLE_SHARE * seconds
      ? countedLogLikelihood(overSeconds, clusters, { expectedSeconds: share * seconds, clusterSeconds })
      : over.reduce(
          (sum, one) => sum + logLikelihood(one, { expectedSeconds: share * BLOCK_SECONDS, clusterSeconds }),
          0,
        )
  const values = CLUSTER_SECONDS.map((size) =>
    Float64Array.from({ length: LOGITS.points }, (_, i) => {
      const share = Math.min(SATURATED_SHARE, 1 / (1 + Math.exp(-(LOGITS.from + LOGIT_STEP * i))))
      // A cluster is one late answer at least.
      return logLikelihoodOf(share, Math.max(size * Math.sqrt(share / SLOW_SHARE), 2 / flowPerSecond))
    }),
  )
  return { ratePerSecond, values }
}
