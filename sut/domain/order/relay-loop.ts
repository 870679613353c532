// The loop of a relay: round after round, at the pace of the work. At once when a round was full, PACE_MS while there
// is some, doubling up to IDLE_MS when there is none; who takes nothing is left alone for a growing while.

import { setTimeout as sleep } from 'node:timers/promises'
import { causeOf } from '../../telemetry/cause.ts'
import type { Logger } from '../../telemetry/logger.ts'
import { isWorthTelling } from '../../telemetry/repeated-failure.ts'
import { backOffMs } from './back-off.ts'

const PACE_MS = 250
const IDLE_MS = 1_000

export interface Round {
  readonly events: number
  /** Of them: who is told takes nothing at all. */
  readonly left: number
  readonly isFull: boolean
}

export interface Pace {
  readonly pauseMs: number
  /** In a row. */
  readonly failures: number
}

export const AT_ONCE: Pace = { pauseMs: 0, failures: 0 }

export function paceAfter(pace: Pace, { events, left, isFull }: Round): Pace {
  if (left > 0) return paceAfterFailure(pace)
  if (isFull) return AT_ONCE
  return { pauseMs: events > 0 ? PACE_MS : Math.min(Math.max(pace.pauseMs * 2, PACE_MS), IDLE_MS), failures: 0 }
}

export function paceAfterFailure({ failures }: Pace): Pace {
  return { pauseMs: backOffMs(PACE_MS, failures + 1), failures: failures + 1 }
}

export interface RelayLoopOptions {
  /** Rejects when nobody can be told, or who has something to tell is silent. */
  readonly round: () => Promise<Round>
  /** What it means that rounds fail, for the log. */
  readonly failing: string
  readonly logger: Pick<Logger, 'warn'>
}

export class RelayLoop {
  readonly #options: RelayLoopOptions
  readonly #stopping = new AbortController()
  #running: Promise<void> | undefined

  constructor(options: RelayLoopOptions) {
    this.#options = options
  }

  /** Aborted once it is to end: a round may end early then. */
  get signal(): AbortSignal {
    return this.#stopping.signal
  }

  start(): void {
    this.#running = this.#run()
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    const { round, failing, logger } = this.#options
    for (let pace = AT_ONCE; await this.#pause(pace); ) {
      try {
        pace = paceAfter(pace, await round())
      } catch (error) {
        if (this.signal.aborted) return
        pace = paceAfterFailure(pace)
        const { failures } = pace
        if (isWorthTelling(failures)) logger.warn({ ...causeOf(error), failures }, `${failing}; will try again`)
      }
    }
  }

  /** False once stopping. */
  async #pause({ pauseMs }: Pace): Promise<boolean> {
    if (pauseMs > 0) await sleep(pauseMs, undefined, { signal: this.signal }).catch(() => {})
    return !this.signal.aborted
  }
}
