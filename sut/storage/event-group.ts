// One member of a group of readers of the orders' events: each entry is given to one member, and again, to any of them, until
// one has said that it is done with it.

import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import { EVENT_STREAM, UNREADABLE_STREAM, UNREADABLE_STREAM_LENGTH } from '../../contracts/order-event.ts'
import { connectRedis } from './redis-connection.ts'

const AT_ONCE = 100
const WAIT_MS = 1_000
const COMMAND_LIMIT_MS = WAIT_MS + 2_000
/** Nobody has said so for so long: whoever has them is gone, or could not. */
const GIVEN_UP_MS = 5_000

export interface GroupEntry {
  readonly id: string
  /** undefined: it has no such field, or is gone from the stream meanwhile. */
  readonly text: string | undefined
}

type RawEntry = readonly [id: string, fields: readonly string[] | null]

export class EventGroup {
  readonly #redis: Redis
  readonly #group: string
  readonly #member = randomUUID()
  #hasJoined = false
  #isLooking = false
  /** Of the last look. */
  #failure: unknown
  #claimedAtMs = Number.NEGATIVE_INFINITY

  constructor(redisUrl: string, group: string) {
    this.#group = group
    this.#redis = connectRedis(redisUrl, {
      // Lists of lists, as the commands are documented.
      protocol: 2,
      commandTimeout: COMMAND_LIMIT_MS,
    })
  }

  /** Waits a moment for the first; empty: there was none. */
  async next(): Promise<readonly GroupEntry[]> {
    this.#isLooking = true
    try {
      return await this.#look()
    } catch (error) {
      this.#failure = error
      throw error
    } finally {
      this.#isLooking = false
    }
  }

  /** While a look waits for entries a question would stand behind it: the one before answers for it. */
  async ping(): Promise<void> {
    if (!this.#isLooking) await this.#redis.ping()
    else if (this.#failure !== undefined) throw this.#failure
  }

  async done(entries: readonly GroupEntry[]): Promise<void> {
    if (entries.length === 0) return
    await this.#redis.call('XACK', EVENT_STREAM, this.#group, ...entries.map(({ id }) => id))
  }

  /** Where a person finds them, and out of the way of the others. */
  async setAside(entries: readonly GroupEntry[]): Promise<void> {
    for (const { id, text = '' } of entries) {
      const length = ['MAXLEN', '~', UNREADABLE_STREAM_LENGTH]
      await this.#redis.call('XADD', UNREADABLE_STREAM, ...length, '*', 'group', this.#group, 'id', id, 'event', text)
    }
    await this.done(entries)
  }

  /** Leaves the group, where nothing is left that only this member was given. */
  async close(): Promise<void> {
    const asked = [EVENT_STREAM, this.#group, '-', '+', 1, this.#member]
    const own = await this.#redis.call('XPENDING', ...asked).catch(() => null)
    if (Array.isArray(own) && own.length === 0) {
      await this.#redis.call('XGROUP', 'DELCONSUMER', EVENT_STREAM, this.#group, this.#member).catch(() => {})
    }
    this.#redis.disconnect()
  }

  async #look(): Promise<readonly GroupEntry[]> {
    // That it answers again is known at once, and not only when there was something or nothing to read.
    if (this.#failure !== undefined) await this.#redis.ping()
    this.#failure = undefined
    await this.#join()
    try {
      const left = await this.#givenUp()
      if (left.length > 0) return left
      const options = ['COUNT', AT_ONCE, 'BLOCK', WAIT_MS, 'STREAMS', EVENT_STREAM, '>']
      const answer = await this.#redis.call('XREADGROUP', 'GROUP', this.#group, this.#member, ...options)
      const [stream] = (answer ?? []) as readonly (readonly [name: string, entries: readonly RawEntry[]])[]
      return (stream?.[1] ?? []).map(entryOf)
    } catch (error) {
      // Redis was emptied, and knows of no group.
      if (error instanceof Error && error.message.startsWith('NOGROUP')) this.#hasJoined = false
      throw error
    }
  }

  /** From the first entry that is still there: a group that is new has missed nothing that matters. */
  async #join(): Promise<void> {
    if (this.#hasJoined) return
    try {
      await this.#redis.call('XGROUP', 'CREATE', EVENT_STREAM, this.#group, '0', 'MKSTREAM')
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('BUSYGROUP'))) throw error
    }
    this.#hasJoined = true
  }

  async #givenUp(): Promise<readonly GroupEntry[]> {
    if (performance.now() - this.#claimedAtMs < GIVEN_UP_MS) return []
    const words = [EVENT_STREAM, this.#group, this.#member, GIVEN_UP_MS, '0-0', 'COUNT', AT_ONCE]
    const answer = await this.#redis.call('XAUTOCLAIM', ...words)
    const [, entries] = answer as readonly [next: string, entries: readonly (RawEntry | null)[]]
    const found = entries.flatMap((entry) => (entry === null ? [] : [entryOf(entry)]))
    // More of them at once, as long as there are any.
    if (found.length === 0) this.#claimedAtMs = performance.now()
    return found
  }
}

function entryOf([id, fields]: RawEntry): GroupEntry {
  const at = fields?.indexOf('event') ?? -1
  return { id, text: at < 0 ? undefined : fields?.[at + 1] }
}
