// A process is made of parts. Each brings its checks of readiness and knows how to stop.

import { setTimeout as sleep } from 'node:timers/promises'
import type { HealthCheck } from './telemetry/health.ts'

export interface Part {
  readonly checks?: readonly HealthCheck[]
  /** Of what is told to stop first, all at once. Absent: what these work with, stopped after them, the last one opened first. */
  readonly stage?: Stage
  readonly stop?: () => Promise<void> | void
}

/** Work that goes on until it is stopped. */
export interface BackgroundWork {
  start(): void
  stop(): Promise<void>
}

/** Requests are answered to the end. Work in the background is waited for a while: the next process goes on with it. */
type Stage = 'requests' | 'background'

/** As long as a request may take, beside which it runs out: what is held is given back after both. */
const BACKGROUND_LIMIT_MS = 5_000

/** The parts of one process in the order they were opened. */
export class Parts {
  #parts: Part[] = []
  readonly #backgroundLimitMs: number

  constructor(backgroundLimitMs = BACKGROUND_LIMIT_MS) {
    this.#backgroundLimitMs = backgroundLimitMs
  }

  add(part: Part): void {
    this.#parts.push(part)
  }

  startInBackground(work: BackgroundWork): void {
    work.start()
    this.add({ stage: 'background', stop: () => work.stop() })
  }

  get checks(): readonly HealthCheck[] {
    return this.#parts.flatMap(({ checks }) => checks ?? [])
  }

  /** Stops all, also when one fails to; rejects with the first failure. */
  async stop(): Promise<void> {
    const failures: unknown[] = []
    const end = async (part: Part) => {
      try {
        await part.stop?.()
      } catch (error) {
        failures.push(error)
      }
    }
    const answered = Promise.all(this.#take('requests').map(end))
    const worked = Promise.all(this.#take('background').map(end))
    await Promise.all([answered, Promise.race([worked, sleep(this.#backgroundLimitMs, undefined, { ref: false })])])
    for (let part = this.#parts.pop(); part; part = this.#parts.pop()) await end(part)
    if (failures.length > 0) throw failures[0]
  }

  #take(stage: Stage): readonly Part[] {
    const taken = this.#parts.filter((part) => part.stage === stage)
    this.#parts = this.#parts.filter((part) => part.stage !== stage)
    return taken
  }
}
