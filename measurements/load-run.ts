// One load on one target: its drives and steps, numbered, from the warm-up on.

import { availableParallelism } from 'node:os'
import type { HoldPurpose, InvalidCode, Step, StepKind } from '../contracts/measurement.ts'
import type { Segment } from '../contracts/schedule.ts'
import { cutStep, targetsOf } from './cut-step.ts'
import { type Drive, type DriveContext, type DriveRequest, drive, type LiveDrive } from './drive.ts'
import type { GeneratorPlaceName } from './generator-place.ts'
import type { Load } from './load.ts'
import { reasonToSpare } from './sparing.ts'
import { lives } from './target.ts'
import { leadInOf, virtualUsersFor } from './virtual-users.ts'
import type { Window } from './window-figures.ts'

export interface LoadRunContext extends DriveContext {
  /** Called for each process of k6, before its steps. */
  onDrive(drive: Drive): void
  /** Called for each step, in order. */
  onStep(step: Step): Promise<void>
  /** What should be known before minutes are spent on it. */
  say(line: string): void
}

const WARM_UP_SECONDS = 4
const MOST_WARM_UPS = 3
/** Throughput that grew by more than this since the warm-up before is not done growing. */
const STILL_WARMING = 1.15
/** Enough to keep every core busy, too few to queue: what they get through is near what the machine can do. */
const WARM_UP_USERS_PER_CORE = 4
/** The first answers of a new process of k6. */
const CLOSED_LEAD_IN_MS = 1000

/** No use in going on: the next step would fare no better. */
export const HOPELESS: readonly InvalidCode[] = [
  'target-dead',
  'generator-failed',
  'engine-lost',
  'interrupted',
  'target-changed',
]

export function isHopeless({ invalid }: Pick<Step, 'invalid'>): boolean {
  return invalid.some(({ code }) => HOPELESS.includes(code))
}

function wentUnanswered({ invalid, flows }: Step): boolean {
  const isCalledDead = invalid.some(({ code }) => code === 'target-dead')
  return isCalledDead && Object.values(flows).some(({ iterations }) => iterations > 0)
}

/** It is tried again so often. */
export const MOST_REPEATS = 2

export interface OpenDrive {
  readonly place?: GeneratorPlaceName
  readonly segments: readonly Segment[]
  /** Given the end of the lead-in, in ms after the start. */
  enough?(leadInMs: number): DriveRequest['enough']
}

export class LoadRun {
  readonly load: Load
  readonly context: LoadRunContext
  /** Why a target elsewhere is left alone: nothing more is offered. */
  spared: string | null = null
  #drives = 0
  #steps = 0
  #hasAnswered = false

  constructor(load: Load, context: LoadRunContext) {
    this.load = load
    this.context = context
  }

  /** Caches fill and code is compiled while throughput still grows. Requests a second it got through; null: none. */
  async warmUp(most = MOST_WARM_UPS, seconds = WARM_UP_SECONDS): Promise<number | null> {
    let perSecond = 0
    for (let nth = 0; nth < most; nth++) {
      const schedule = [{ ratePerSecond: 1, seconds }]
      const virtualUsers = WARM_UP_USERS_PER_CORE * availableParallelism()
      const made = await this.#drive({ arrivals: 'closed', schedule, virtualUsers })
      if (this.spared !== null) {
        await this.step(made, 'measured', { fromMs: 0, toMs: 1 + (made.entries.at(-1)?.dueMs ?? 0) })
        return null
      }
      const window = { fromMs: CLOSED_LEAD_IN_MS, toMs: seconds * 1000 }
      const step = await this.step(made, 'warm-up', window)
      // Answers of any kind: a target that refuses everything is a finding, not a failure to warm up.
      const answered = step.offeredPerSecond
      if (isHopeless(step) || answered === 0) return null
      const grew = answered > STILL_WARMING * perSecond
      perSecond = Math.max(perSecond, answered)
      if (!grew) break
    }
    return perSecond
  }

  /** Offers rates over time, after a lead-in at the first of them; windows count from the end of the lead-in. */
  async open({ segments, enough, place }: OpenDrive): Promise<{ readonly made: Drive; readonly leadInMs: number }> {
    const highest = Math.max(...segments.map(({ ratePerSecond }) => ratePerSecond))
    const virtualUsers = virtualUsersFor(highest, this.#slowestTargetMs())
    const leadIn = leadInOf(virtualUsers, segments[0]?.ratePerSecond ?? highest)
    const leadInMs = leadIn.seconds * 1000
    const looking = enough?.(leadInMs)
    const made = await this.#drive({
      arrivals: this.context.arrivals,
      schedule: [leadIn, ...segments],
      virtualUsers,
      leadInMs,
      ...(looking === undefined ? {} : { enough: looking }),
      ...(place && { place }),
    })
    return { made, leadInMs }
  }

  async step(made: Drive, kind: StepKind, window: Window, purpose?: HoldPurpose): Promise<Step> {
    const { plan, observer, onStep, target, signal } = this.context
    const cut = { kind, index: this.#steps++, ...window }
    const first = cutStep(made, cut, plan, observer)
    // Overload may end in nothing but closed connections: a target that answered before is asked before it is called dead.
    const isRevived = this.#hasAnswered && wentUnanswered(first) && (await lives(target, signal))
    const judged = isRevived ? cutStep(made, { ...cut, targetLives: true }, plan, observer) : first
    this.#hasAnswered ||= Object.values(judged.flows).some(({ answered }) => answered > 0)
    const step = purpose === undefined ? judged : { ...judged, purpose }
    await onStep(step)
    return step
  }

  async #drive(request: Omit<DriveRequest, 'load' | 'index'>): Promise<Drive> {
    const enough = (live: LiveDrive) => this.#spares(live) || request.enough?.(live) === true
    const made = await drive({ load: this.load, index: this.#drives++, ...request, enough }, this.context)
    this.context.onDrive(made)
    return made
  }

  #spares({ entries, elapsedMs }: LiveDrive): boolean {
    if (this.context.target.address === undefined) return false
    this.spared ??= reasonToSpare(entries, elapsedMs)
    return this.spared !== null
  }

  #slowestTargetMs(): number {
    const targets = targetsOf(this.context.plan)
    return Math.max(0, ...Object.keys(this.load.weights).map((flow) => targets[flow]?.p99Ms ?? 0))
  }
}
