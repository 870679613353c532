// Bulk bodies for Elasticsearch, filled by the same pass that writes the order rows: they are on their way while MySQL
// loads rows, so that a single shard keeps two cores busy. Versions are external, so a body may be sent again: what is
// already there answers 409 and is fine.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from '@elastic/elasticsearch'
import { errors } from '@elastic/elasticsearch'
import { Refusal } from '../../contracts/refusal.ts'
import { sliceAt } from '../../contracts/search-index.ts'
import type { FixedText } from '../rows/fixed-text.ts'
import type { OrderCursor } from '../rows/order-cursor.ts'
import { linesInto, MAX_SEARCH_BYTES, writeSearchLines } from '../rows/search-lines.ts'
import { explainedSearch } from '../store/search-index.ts'
import type { ChunkFeed } from './chunks-ahead.ts'

// Elastic advises a few megabytes (tune-for-indexing-speed): about 20 000 orders, so a chunk is three bodies.
export const BODY_BYTES = 4 * 1024 * 1024
export const MAX_IN_FLIGHT = 3
const MAX_TRIES = 12
const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 10_000

interface BulkAnswer {
  readonly errors?: boolean
  readonly items: readonly {
    readonly index: { readonly status: number; readonly error?: { readonly type: string; readonly reason: string } }
  }[]
}

export function emptyBody(): DataView {
  return new DataView(new ArrayBuffer(BODY_BYTES))
}

export function bodyOf({ buffer }: DataView, length: number): Buffer {
  return Buffer.from(buffer, 0, length)
}

export class SearchFeed implements ChunkFeed {
  readonly #client: Client
  /** Where the last document went, and until when others go there too: orders come by time. */
  #into: { readonly fromMs: number; readonly toMs: number; readonly text: FixedText } | undefined
  #filling = emptyBody()
  #at = 0
  readonly #spare = Array.from({ length: MAX_IN_FLIGHT }, emptyBody)
  readonly #sending = new Set<Promise<void>>()
  #failure: unknown

  /** Into one index instead of the slices. */
  constructor(client: Client, index?: string) {
    this.#client = client
    if (index !== undefined)
      this.#into = { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY, text: linesInto(index) }
  }

  append(order: OrderCursor): void {
    this.#at = writeSearchLines(order, this.#filling, this.#at, this.#textInto(order.createdAtMs))
  }

  #textInto(createdAtMs: number): FixedText {
    const into = this.#into
    if (into && into.fromMs <= createdAtMs && createdAtMs < into.toMs) return into.text
    const { index, fromMs, toMs } = sliceAt(createdAtMs)
    const text = linesInto(index)
    this.#into = { fromMs, toMs, text }
    return text
  }

  get isFull(): boolean {
    return this.#at > BODY_BYTES - MAX_SEARCH_BYTES
  }

  /** Sends what is filled as soon as a body before it has arrived: the back-pressure of the whole pass. */
  async handOver(): Promise<void> {
    while (this.#spare.length === 0) await Promise.race(this.#sending)
    if (this.#failure) throw this.#failure
    const body = this.#filling
    const sending = this.#send(bodyOf(body, this.#at))
      .catch((error) => {
        this.#failure ??= error // thrown to the next who hands over or waits for acceptance
      })
      .finally(() => {
        this.#spare.push(body)
        this.#sending.delete(sending)
      })
    this.#sending.add(sending)
    this.#filling = this.#spare.pop() as DataView
    this.#at = 0
  }

  /** Sends what was appended so far, without waiting for the answer. */
  async flush(): Promise<void> {
    if (this.#at > 0) await this.handOver()
  }

  /**
   * Waits until what was handed over before this call, and not what comes after, is on the search engine's disk. A body
   * that was refused, whichever it is, ends everything: the load cannot go on.
   */
  acceptance(): () => Promise<void> {
    const sending = [...this.#sending]
    return async () => {
      await Promise.all(sending)
      if (this.#failure) throw this.#failure
    }
  }

  /** Everything appended so far is on the search engine's disk. */
  async drain(): Promise<void> {
    await this.flush()
    await this.acceptance()()
  }

  async #send(body: Buffer): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS
    for (let tries = 1; ; tries++) {
      const busy = await this.#trySend(body)
      if (busy === null) return
      if (tries === MAX_TRIES) throw tooBusy(busy)
      await sleep(pauseMs)
      pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)
    }
  }

  /** null: accepted. Otherwise why to try again later. */
  async #trySend(body: Buffer): Promise<string | null> {
    try {
      if ((await this.#bulk(body, 'errors')).errors === false) return null
      // Twenty thousand verdicts are asked for only when one of them is bad: what was taken answers 409 now.
      const { items } = await this.#bulk(body, 'items.index.status,items.index.error.type,items.index.error.reason')
      const failed = items.filter(({ index }) => index.status >= 300 && index.status !== 409)
      const refused = failed.find(({ index }) => !isPassing(index.status))
      if (refused) {
        const { type, reason } = refused.index.error ?? {}
        throw new Error(`Elasticsearch refused an order: ${type}: ${reason}`)
      }
      return failed[0]?.index.error?.reason ?? null
    } catch (error) {
      if (error instanceof errors.ResponseError && isPassing(error.statusCode)) return error.message
      throw explainedSearch(error)
    }
  }

  async #bulk(body: Buffer, answered: string): Promise<BulkAnswer> {
    return (await this.#client.transport.request({
      method: 'POST',
      path: '/_bulk',
      querystring: { filter_path: answered },
      bulkBody: body,
    })) as BulkAnswer
  }
}

/** Too many requests, or a node or shard that is not there yet: the same body may be taken a moment later. */
function isPassing(status: number | undefined): boolean {
  return status === 429 || (status !== undefined && status >= 500)
}

function tooBusy(reason: string): Refusal {
  return new Refusal({
    what: `Elasticsearch did not take a body in ${MAX_TRIES} tries`,
    why: [reason],
    wayOut:
      'Look at its load and its free disk (it takes nothing above 95 %), then run the same command: it continues.',
  })
}
