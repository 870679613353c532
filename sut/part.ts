// A process is made of parts. Each brings its checks of readiness and knows how to stop.

import type { HealthCheck } from './telemetry/health.ts'

export interface Part {
  readonly checks?: readonly HealthCheck[]
  /** Called in the reverse order of opening, after the server has answered its last request. */
  readonly stop?: () => Promise<void> | void
}

/** The parts of one process in the order they were opened. */
export class Parts {
  readonly #parts: Part[] = []

  add(part: Part): void {
    this.#parts.push(part)
  }

  get checks(): readonly HealthCheck[] {
    return this.#parts.flatMap(({ checks }) => checks ?? [])
  }

  /** Stops all, also when one fails to; rejects with the first failure. */
  async stop(): Promise<void> {
    const failures: unknown[] = []
    for (let part = this.#parts.pop(); part; part = this.#parts.pop()) {
      try {
        await part.stop?.()
      } catch (error) {
        failures.push(error)
      }
    }
    if (failures.length > 0) throw failures[0]
  }
}
