// Work that no request asks for: round after round until the process stops, whatever becomes of one of them.

import { setTimeout as sleep } from 'node:timers/promises'
import { causeOf } from './telemetry/cause.ts'
import type { Logger } from './telemetry/logger.ts'
import { isWorthTelling } from './telemetry/repeated-failure.ts'

const MAX_BACK_OFF_MS = 10_000

export interface RoundsOptions {
  /** Resolves to the rest before the next one, in ms; to null where there is no next one. */
  readonly round: () => Promise<number | null>
  /** The rest after the nth failure in a row, in ms. */
  readonly restMs: (failures: number) => number
  /** What it means that rounds fail, for the log. */
  readonly failing: string
  /** And that they fail no longer. Absent: a round without a failure may mean that somebody else does the work. */
  readonly recovered?: string
  readonly logger: Pick<Logger, 'info' | 'warn'>
}

export class Rounds {
  readonly #options: RoundsOptions
  readonly #stopping = new AbortController()
  #running: Promise<void> | undefined

  constructor(options: RoundsOptions) {
    this.#options = options
  }

  /** Aborted once it is to end: a round may end early then. */
  get signal(): AbortSignal {
    return this.#stopping.signal
  }

  start(firstRestMs = 0): void {
    this.#running = this.#run(firstRestMs)
  }

  /** Resolves after the round under way. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
  }

  async #run(firstRestMs: number): Promise<void> {
    const { round, restMs, failing, recovered, logger } = this.#options
    let failures = 0
    for (let rest: number | null = firstRestMs; rest !== null && (await this.#rested(rest)); ) {
      try {
        rest = await round()
        if (failures > 0 && recovered && !this.signal.aborted) logger.info({ failures }, recovered)
        failures = 0
      } catch (error) {
        if (this.signal.aborted) return
        failures++
        rest = restMs(failures)
        if (isWorthTelling(failures)) logger.warn({ ...causeOf(error), failures }, `${failing}; will try again`)
      }
    }
  }

  /** False once stopping. */
  async #rested(restMs: number): Promise<boolean> {
    if (restMs > 0) await sleep(restMs, undefined, { signal: this.signal }).catch(() => {})
    return !this.signal.aborted
  }
}

/** Doubling from `paceMs`, with jitter so that several loops do not knock together. */
export function backOffMs(paceMs: number, failures: number): number {
  return Math.min(paceMs * 2 ** Math.min(failures, 10), MAX_BACK_OFF_MS) * (0.5 + Math.random() / 2)
}
