// The stores as the switch board says at each moment: which one is read, which one decides. A flip pauses a write, never fails
// it: where the board is closed, or the store's fence refuses, the write waits and is tried again on the store that is open
// then, with the same key, within its own deadline.

import type { OrderId } from '../../../contracts/order-id.ts'
import type { Shard } from '../../../contracts/shard.ts'
import { marksGaps, PHASE_RULES, type StoreName, type Switches, tellsOldFormat } from '../../../contracts/switches.ts'
import { isMysqlError } from '../../storage/mysql-errors.ts'
import type { NewOrder, OrderStore, OrderVersion, WriteGuard } from '../../storage/order-store.ts'
import type { SwitchBoard } from '../../switches/switch-board.ts'
import type { CallContext } from '../../telemetry/call-context.ts'
import type { PausedWrites } from './paused-writes.ts'

export interface OrderIds {
  next(shard: Shard, context: CallContext): Promise<{ readonly orderId: OrderId; readonly timestampMs: number }>
}

/** A store, and who gives the ids of what is born there: with it gone, neither is needed. */
export interface StoreSide {
  readonly store: OrderStore
  readonly ids: OrderIds
}

/** No `legacy`: there is no monolith. No `sharded`: this is it. */
export type StoreSides = Readonly<Partial<Record<StoreName, StoreSide>>>

export interface Written<T> {
  readonly answer: T
  /** What the other store may be told at once; null: nothing was changed. */
  readonly stored: Stored | null
}

/** An order that was born, or the version that one has reached. */
export type Stored = NewOrder | OrderVersion

/** Told of what was stored, before its caller is; never rejects. */
export interface Follower {
  follow(switches: Switches, stored: Stored): Promise<void>
}

/** Has a share of the reads made in the other store too, behind the answer. */
export interface ReadComparison {
  /** `store`, or, for a read that is drawn, one that notes what it has read. No I/O of its own. */
  readerOf(store: OrderStore, switches: Switches): OrderStore
}

export interface SwitchedStoresOptions {
  readonly sides: StoreSides
  readonly board: SwitchBoard
  readonly follower?: Follower
  readonly paused?: PausedWrites
  readonly comparison?: ReadComparison
}

export class SwitchedStores {
  readonly #options: SwitchedStoresOptions

  constructor(options: SwitchedStoresOptions) {
    this.#options = options
  }

  /** As this process believes them to stand. Throws while it is out of touch. */
  get switches(): Switches {
    return this.#options.board.now()
  }

  /** The store that is read: to be asked for anew with each read. */
  get reader(): OrderStore {
    const { sides, board, comparison } = this.#options
    const switches = board.now()
    const { store } = sideOf(sides, PHASE_RULES[switches.phase].read)
    return comparison ? comparison.readerOf(store, switches) : store
  }

  /** The store that decides: answers to keys are looked up there. */
  get authority(): OrderStore {
    return authorityOf(this.#options.sides, this.#options.board.now()).store
  }

  /** `attempt` may be made more than once, each time with nothing stored by the one before. */
  async write<T>(
    shard: Shard,
    context: CallContext,
    attempt: (side: StoreSide, guard: WriteGuard | null) => Promise<Written<T> | 'fenced'>,
  ): Promise<T> {
    const { board, follower, paused } = this.#options
    for (;;) {
      const switches = board.now()
      const written = switches.open ? await this.#tried(switches, attempt) : 'fenced'
      if (written !== 'fenced') {
        if (follower && written.stored !== null) await follower.follow(switches, written.stored)
        return written.answer
      }
      paused?.inc({ shard, cause: switches.open ? 'fenced' : 'closed' })
      await board.reopened(switches.epoch, context)
    }
  }

  async #tried<T>(
    switches: Switches,
    attempt: (side: StoreSide, guard: WriteGuard | null) => Promise<Written<T> | 'fenced'>,
  ): Promise<Written<T> | 'fenced'> {
    try {
      return await attempt(authorityOf(this.#options.sides, switches), guardOf(this.#options.sides, switches))
    } catch (error) {
      // Queued behind whoever closes the fence, longer than a lock is waited for: nothing was stored.
      if (isMysqlError(error, 'lockWaitTimeout') && this.#hasMovedOn(switches)) return 'fenced'
      throw error
    }
  }

  #hasMovedOn({ epoch }: Switches): boolean {
    const now = this.#options.board.now()
    return !now.open || now.epoch !== epoch
  }
}

/** null: there is no monolith, and a write is what it would be without one. */
function guardOf(sides: StoreSides, switches: Switches): WriteGuard | null {
  if (!sides.legacy) return null
  return { epoch: switches.epoch, markGap: marksGaps(switches), tellsOld: tellsOldFormat(switches) }
}

function authorityOf(sides: StoreSides, { phase }: Switches): StoreSide {
  return sideOf(sides, PHASE_RULES[phase].authority)
}

export function sideOf(sides: StoreSides, name: StoreName): StoreSide {
  const side = sides[name]
  if (!side) throw new Error(`the switches name the ${name} store, which this process was not given`)
  return side
}
