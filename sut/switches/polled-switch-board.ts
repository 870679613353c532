// The board of a process: asks both databases four times a second, each by itself so that one that stalls does not hold up
// the other, and believes the higher epoch. By the same statement it says that it is alive and what it believes: a flip waits
// for it, or until it has been silent for so long that it reads nothing any more.

import { randomUUID } from 'node:crypto'
import {
  NOT_BEGUN,
  PHASE_RULES,
  STORE_NAMES,
  type StoreName,
  type Switches,
  type SwitchState,
} from '../../contracts/switches.ts'
import { SutError } from '../errors.ts'
import { Rounds } from '../rounds.ts'
import type { LiveProcess } from '../storage/process-table.ts'
import type { StoredSwitches } from '../storage/switch-table.ts'
import { type CallContext, deadlineExceeded, remainingMs } from '../telemetry/call-context.ts'
import type { Logger } from '../telemetry/logger.ts'
import { isLater } from './flip-steps.ts'
import type { SwitchBoard } from './switch-board.ts'
import { PROCESS_LEASE_MS, STALE_AFTER_MS } from './switch-times.ts'

/** Of a store; a StoreLedger is one. `null`: no migration has begun there. */
export interface SwitchSource {
  beat(process: LiveProcess, leaseMs: number): Promise<StoredSwitches | null>
  leave(processId: string): Promise<void>
}

export interface BoardOptions {
  /** Of the databases that this process works with: of another one it reads nothing, and so need not hear from it. */
  readonly sources: Readonly<Partial<Record<StoreName, SwitchSource>>>
  /** Of the process, for whoever looks at who is alive. */
  readonly role: string
  readonly logger: Logger
}

const PACE_MS = 250
/** While writers wait every moment counts. */
const CLOSED_PACE_MS = 20
const MAX_WAITERS = 512
/** Who waits leaves this much of its time to the write itself. */
const WRITE_MS = 1_200

interface Waiter {
  readonly afterEpoch: number
  readonly admit: (switches: Switches) => void
}

interface Heard {
  /** When the store was asked that answered last. */
  readonly atMs: number
  readonly epoch: number
}

const NEVER: Heard = { atMs: Number.NEGATIVE_INFINITY, epoch: 0 }

export class PolledSwitchBoard implements SwitchBoard {
  readonly #options: BoardOptions
  readonly #names: readonly StoreName[]
  readonly #processId = randomUUID()
  readonly #rounds: readonly Rounds[]
  readonly #waiters = new Set<Waiter>()
  readonly #heard: Record<StoreName, Heard> = { legacy: NEVER, sharded: NEVER }
  #believed: SwitchState | undefined
  #believedSinceMs = Number.NEGATIVE_INFINITY

  constructor(options: BoardOptions) {
    this.#options = options
    this.#names = STORE_NAMES.filter((name) => options.sources[name])
    this.#rounds = this.#names.map((name) => this.#roundsOf(name))
  }

  /** Resolves once one of the stores has answered: the other may be down. Rejects when none does. */
  async start(): Promise<void> {
    const firsts = await Promise.allSettled(this.#names.map((name) => this.#ask(name)))
    if (!this.#believed) throw firsts.find((first) => first.status === 'rejected')?.reason
    for (const rounds of this.#rounds) rounds.start(this.#paceMs)
  }

  /** Nobody need wait for it any longer. */
  async stop(): Promise<void> {
    await Promise.all(this.#rounds.map((rounds) => rounds.stop()))
    const { sources } = this.#options
    await Promise.allSettled(this.#names.map((name) => sources[name]?.leave(this.#processId)))
  }

  now(): Switches {
    const believed = this.#believed
    if (!believed) throw lostTouch()
    const { read } = PHASE_RULES[believed.phase]
    if (!this.#names.includes(read)) return believed
    const { atMs, epoch } = this.#heard[read]
    const nowMs = performance.now()
    const isConfirmed = epoch === believed.epoch || nowMs - this.#believedSinceMs <= STALE_AFTER_MS
    if (nowMs - atMs > STALE_AFTER_MS || !isConfirmed) throw lostTouch()
    return believed
  }

  async reopened(afterEpoch: number, context: CallContext): Promise<Switches> {
    const believed = this.#believed
    if (believed?.open && believed.epoch > afterEpoch) return believed
    if (this.#waiters.size >= MAX_WAITERS) {
      throw new SutError('overloaded', 'too many writes wait for the order store to open', { retryAfterSeconds: 1 })
    }
    // A board that is closed at this very epoch is one that has not opened for it yet.
    const isYetToOpen = believed !== undefined && !believed.open && believed.epoch === afterEpoch
    const leftMs = remainingMs(context)
    return await this.#wait(isYetToOpen ? afterEpoch - 1 : afterEpoch, leftMs - Math.min(WRITE_MS, leftMs / 2))
  }

  #wait(afterEpoch: number, limitMs: number): Promise<Switches> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        clearTimeout(timer)
        this.#waiters.delete(waiter)
      }
      const waiter: Waiter = {
        afterEpoch,
        admit: (switches) => {
          leave()
          resolve(switches)
        },
      }
      const timer = setTimeout(() => {
        leave()
        reject(deadlineExceeded())
      }, limitMs)
      this.#waiters.add(waiter)
    })
  }

  #roundsOf(name: StoreName): Rounds {
    return new Rounds({
      round: async () => {
        await this.#ask(name)
        return this.#paceMs
      },
      restMs: () => this.#paceMs,
      failing: `the ${name} store does not say how switches stand`,
      recovered: `the ${name} store says again how switches stand`,
      logger: this.#options.logger,
    })
  }

  get #paceMs(): number {
    return this.#waiters.size > 0 || this.#believed?.open === false ? CLOSED_PACE_MS : PACE_MS
  }

  async #ask(name: StoreName): Promise<void> {
    const atMs = performance.now()
    const epoch = this.#believed?.epoch ?? 0
    const process = { processId: this.#processId, role: this.#options.role, epoch }
    const found = await this.#options.sources[name]?.beat(process, PROCESS_LEASE_MS)
    const state = found?.state ?? NOT_BEGUN
    this.#heard[name] = { atMs, epoch: state.epoch }
    this.#believe(state)
    // A flip waits for us to say so.
    if (state.epoch > epoch && epoch > 0) await this.#ask(name)
  }

  #believe(state: SwitchState): void {
    if (this.#believed && !isLater(state, this.#believed)) return
    if (this.#believed?.epoch !== state.epoch) this.#believedSinceMs = performance.now()
    this.#believed = state
    if (!state.open) return
    for (const waiter of [...this.#waiters]) if (state.epoch > waiter.afterEpoch) waiter.admit(state)
  }
}

function lostTouch(): SutError {
  return new SutError('unavailable', 'this process does not know at the moment which order store to ask', {
    retryAfterSeconds: 1,
  })
}
