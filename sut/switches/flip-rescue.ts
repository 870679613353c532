// Brings flips to their end that were left half way. Runs in every process that takes writes: a flip that dies must not leave
// both stores closed until a person comes.

import { setTimeout as sleep } from 'node:timers/promises'
import { causeOf } from '../telemetry/cause.ts'
import type { Logger } from '../telemetry/logger.ts'
import { resumeFlip } from './flip.ts'
import type { FlipTools } from './flip-run.ts'
import { noteEverywhere } from './move-phase.ts'

const PACE_MS = 1_000

export class FlipRescue {
  readonly #tools: FlipTools
  readonly #logger: Logger
  readonly #stopping = new AbortController()
  #running: Promise<void> | undefined

  constructor(tools: FlipTools, logger: Logger) {
    this.#tools = tools
    this.#logger = logger
  }

  start(): void {
    this.#running = this.#run()
  }

  /** What is under way is finished by the next process. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      await this.#look()
      await sleep(PACE_MS, undefined, { signal }).catch(() => {})
    }
  }

  async #look(): Promise<void> {
    try {
      const course = await resumeFlip(this.#tools)
      if (!course) return
      this.#logger.warn({ course }, 'a flip that was left half way is at its end')
      const why = 'its owner did not renew the claim'
      await noteEverywhere(this.#tools.ledgers, { who: 'a process', why, what: 'resumed', detail: { ...course } })
    } catch (error) {
      this.#logger.warn(causeOf(error), 'a flip that was left half way is not at its end yet')
    }
  }
}
