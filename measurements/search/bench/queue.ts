// A FIFO queue with several workers, by virtual time: what one of them would answer, block by block.

import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { LateClusters } from '../late-clusters.ts'
import { type Noise, type WorkClock, workClock } from './noise.ts'

export const SERVICE_LAWS = ['fixed', 'exponential', 'log-normal'] as const
export type ServiceLaw = (typeof SERVICE_LAWS)[number]

/** `counted`: Poisson, but for the count of every 20 s, which is rate × 20: what our generator offers. */
export const ARRIVALS = ['poisson', 'counted', 'even'] as const
export type Arrivals = (typeof ARRIVALS)[number]

export interface QueueModel {
  readonly workers: number
  readonly serviceSeconds: number
  readonly law: ServiceLaw
  readonly noise: Noise
  readonly targetSeconds: number
  /** Who would wait longer is refused at once, as an overloaded system does. */
  readonly patienceSeconds: number
  readonly arrivals: Arrivals
  /** Nothing is offered after it. */
  readonly horizonSeconds: number
  readonly seed: number
}

export interface QueueBlock {
  readonly answered: number
  readonly overTarget: number
  readonly clusters: number
  /** Of the answered: refused. */
  readonly errors: number
  readonly disturbed: boolean
}

/** σ of ln(service time). */
const LOG_NORMAL_SIGMA = 1
const COUNTED_SECONDS = 20
const NONE = { answered: 0, overTarget: 0, errors: 0 }

export class Queue {
  readonly #model: QueueModel
  readonly #uniform: () => number
  readonly #clock: WorkClock
  /** When each worker is free again, in seconds of work done. */
  readonly #freeAt: Float64Array
  #at = 0

  constructor(model: QueueModel) {
    const generator = xoroshiro128plus(model.seed)
    this.#uniform = () => uniformFloat64(generator)
    this.#model = model
    this.#clock = workClock(model.noise, model.horizonSeconds, this.#uniform)
    this.#freeAt = new Float64Array(model.workers)
  }

  /** When the work that is waiting would be done, were none to come. */
  get idleAtSeconds(): number {
    const { timeSeconds, workSeconds } = this.#clock
    const work = Math.max(...this.#freeAt)
    const piece = Math.max(0, workSeconds.findIndex((done) => done > work) - 1)
    const [time, done] = [timeSeconds[piece]!, workSeconds[piece]!]
    return time + ((work - done) * (timeSeconds[piece + 1]! - time)) / (workSeconds[piece + 1]! - done)
  }

  /** One process of the generator: blocks as long as they are asked for, after a time that is not counted. */
  *offer(
    ratePerSecond: number,
    fromSeconds: number,
    settleSeconds: number,
    blockSeconds: number,
  ): Generator<QueueBlock> {
    const arrivals = this.#arrivals(ratePerSecond, fromSeconds)
    let end = fromSeconds + settleSeconds
    arrivals(end, this.#serve)
    this.#clusters.take()
    for (;;) {
      const start = end
      end += blockSeconds
      this.#counts = { ...NONE }
      arrivals(end, this.#serve)
      const disturbed = this.#clock.disturbed.some(({ from, to }) => from < end && to > start)
      yield { ...this.#counts, clusters: this.#clusters.take(), disturbed }
    }
  }

  #counts = { ...NONE }
  #clusters = new LateClusters()

  readonly #serve = (due: number): void => {
    const freeAt = this.#freeAt
    let first = 0
    for (let worker = 1; worker < freeAt.length; worker++) if (freeAt[worker]! < freeAt[first]!) first = worker
    const { timeSeconds, workSeconds } = this.#clock
    while (timeSeconds[this.#at + 1]! <= due) this.#at++
    const begun = Math.max(workAt(timeSeconds, workSeconds, this.#at, due), freeAt[first]!)
    this.#counts.answered++
    if (this.#timeOf(begun) - due > this.#model.patienceSeconds) {
      this.#counts.errors++
      return
    }
    const done = begun + this.#service()
    freeAt[first] = done
    const latencySeconds = this.#timeOf(done) - due
    if (latencySeconds > this.#model.targetSeconds) this.#counts.overTarget++
    this.#clusters.see(latencySeconds, this.#model.targetSeconds)
  }

  /** When so much work is done; not before the request that is served now is due. */
  #timeOf(work: number): number {
    const { timeSeconds, workSeconds } = this.#clock
    let at = this.#at
    // Where work stands still a piece has no work: its end lies in one that has.
    while (workSeconds[at + 1]! < work) at++
    return workAt(workSeconds, timeSeconds, at, work)
  }

  #service(): number {
    const { law, serviceSeconds } = this.#model
    if (law === 'fixed') return serviceSeconds
    if (law === 'exponential') return -serviceSeconds * Math.log1p(-this.#uniform())
    const normal = Math.sqrt(-2 * Math.log1p(-this.#uniform())) * Math.cos(2 * Math.PI * this.#uniform())
    return serviceSeconds * Math.exp(LOG_NORMAL_SIGMA * normal - LOG_NORMAL_SIGMA ** 2 / 2)
  }

  /** Hands out the times due before `end`, in order, each once. */
  #arrivals(ratePerSecond: number, fromSeconds: number): (end: number, take: (due: number) => void) => void {
    const uniform = this.#uniform
    if (this.#model.arrivals === 'counted') return countedArrivals(ratePerSecond, fromSeconds, uniform)
    const isEven = this.#model.arrivals === 'even'
    let next = fromSeconds
    return (end, take) => {
      while (next < end) {
        take(next)
        next += (isEven ? 1 : -Math.log1p(-uniform())) / ratePerSecond
      }
    }
  }
}

/** Linear between the points of a clock. */
function workAt(times: Float64Array, works: Float64Array, at: number, time: number): number {
  const start = times[at]!
  const startWork = works[at]!
  return startWork + ((works[at + 1]! - startWork) * (time - start)) / (times[at + 1]! - start)
}

/** Uniform within 20 s: gaps are exponential, scaled so that the count comes out. */
function countedArrivals(ratePerSecond: number, fromSeconds: number, uniform: () => number) {
  let next = fromSeconds
  let left = 0
  let stretch = 0
  const gaps: number[] = []
  const gap = () => -Math.log1p(-uniform())
  return (end: number, take: (due: number) => void): void => {
    while (next < end) {
      if (left === 0) {
        left = Math.max(1, Math.round(ratePerSecond * COUNTED_SECONDS))
        gaps.length = 0
        let sum = gap()
        for (let i = 0; i < left; i++) {
          gaps.push(sum)
          sum = gap()
        }
        stretch = left / ratePerSecond / (gaps.reduce((all, one) => all + one, 0) + sum)
      }
      next += gaps[gaps.length - left]! * stretch
      left--
      take(next)
    }
  }
}
