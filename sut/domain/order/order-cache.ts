// Whole orders (order, items and payment as one value of one version), kept in Redis for seconds.
//
// After an acknowledged change no reader of this process sees the state before it: the change leaves a tombstone in the
// entry's place, which refuses to be overwritten by what was read earlier; where Redis did not take the tombstone, this
// process does not trust that entry for one TTL. What it distrusted is lost when it dies: whoever follows it uses no entry
// that was read before it began (a clock that is set back in between hides that). An entry says when its rows were read and
// is of no use one TTL later, however late Redis took it: that is what bounds readers in other processes.

import type { OrderId } from '../../../contracts/order-id.ts'
import type { RedisCache } from '../../storage/redis-cache.ts'
import type { WholeOrder } from '../../storage/whole-order.ts'
import type { CallContext } from '../../telemetry/call-context.ts'
import type { OwnOrder } from './order-service.ts'
import { SharedReads } from './shared-reads.ts'

export const TTL_MS = 10_000
/** Of the entry's JSON: another shape is another key, so that old and new processes may run side by side. */
const SHAPE_VERSION = 2
const TOMBSTONE = 'changed'

interface Entry extends WholeOrder {
  readonly readAtMs: number
}

type Load = (context: CallContext) => Promise<WholeOrder | null>

export class OrderCache {
  readonly #redis: Pick<RedisCache, 'get' | 'fill' | 'put'>
  readonly #nowMs: () => number
  readonly #beganMs: number
  /** By a clock that never goes back. */
  readonly #upSinceMs = performance.now()
  readonly #reads = new SharedReads<WholeOrder | null>()
  /** Order → until when. In the order of their ends, as each lasts equally long. */
  readonly #distrusted = new Map<OrderId, number>()

  constructor(redis: Pick<RedisCache, 'get' | 'fill' | 'put'>, nowMs: () => number = Date.now) {
    this.#redis = redis
    this.#nowMs = nowMs
    this.#beganMs = nowMs()
  }

  async find({ orderId, userId }: OwnOrder, context: CallContext, load: Load): Promise<WholeOrder | null> {
    const cached = this.#isDistrusted(orderId) ? null : await this.#cached(orderId)
    // Another's order is asked for like one that is not there: else the time would tell that it is.
    if (cached?.order.userId === userId) return cached
    return this.#reads.read(`${userId}/${orderId}`, context, async (shared) => {
      const readAtMs = this.#nowMs()
      const found = await load(shared)
      // Nobody waits for the cache to be filled. What was not found is not kept: a stranger's question must not fill it.
      const isTrusted = () => !this.#isDistrusted(orderId)
      if (found && isTrusted()) {
        this.#redis.fill(entryOf(orderId), JSON.stringify({ ...found, readAtMs }), TTL_MS, isTrusted)
      }
      return found
    })
  }

  /** After a change, and after one that may have happened; before anybody is told about it. */
  async forget(orderId: OrderId): Promise<void> {
    if (await this.#redis.put(entryOf(orderId), TOMBSTONE, TTL_MS)) return
    const nowMs = this.#nowMs()
    for (const [first, untilMs] of this.#distrusted) {
      if (untilMs > nowMs) break
      this.#distrusted.delete(first)
    }
    this.#distrusted.delete(orderId)
    this.#distrusted.set(orderId, nowMs + TTL_MS)
  }

  /**
   * Of a change that somebody else made: an older entry goes, and none may follow that was read before. False where it is
   * not certain that none is left.
   */
  async overtake(orderId: OrderId, version: number): Promise<boolean> {
    const text = await this.#redis.get(entryOf(orderId))
    if (text === TOMBSTONE) return true
    if (text !== null && (JSON.parse(text) as Entry).order.version >= version) return true
    return await this.#redis.put(entryOf(orderId), TOMBSTONE, TTL_MS)
  }

  async #cached(orderId: OrderId): Promise<Entry | null> {
    const text = await this.#redis.get(entryOf(orderId))
    if (text === null || text === TOMBSTONE) return null
    const entry = JSON.parse(text) as Entry
    // Later, those of before are too old anyway, and of a clock that was set back all would be.
    if (entry.readAtMs < this.#beganMs && performance.now() - this.#upSinceMs < TTL_MS) return null
    const ageMs = this.#nowMs() - entry.readAtMs
    // Of the future: read by a clock that was ahead, and it would be of use for too long.
    return ageMs >= 0 && ageMs < TTL_MS ? entry : null
  }

  #isDistrusted(orderId: OrderId): boolean {
    return this.#distrusted.size > 0 && (this.#distrusted.get(orderId) ?? 0) > this.#nowMs()
  }
}

function entryOf(orderId: OrderId): string {
  return `headroom:order:v${SHAPE_VERSION}:${orderId}`
}
