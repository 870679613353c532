// The rows of one chunk as a stream of Buffers: generated when the reader asks, so memory stays flat.

import { Readable } from 'node:stream'
import { viewOf } from '../rows/fixed-text.ts'
import type { OrderCursor } from '../rows/order-cursor.ts'
import { MAX_ORDER_BYTES, type RowWriter } from '../rows/row-formats.ts'

// Small enough that each copy on its way (ours, the driver's, the socket's, the server's) stays in the processor's
// cache and needs no fresh pages: half a megabyte costs the server a tenth more.
const BUFFER_BYTES = 64 * 1024

export interface ChunkSource {
  readonly cursor: OrderCursor
  readonly write: RowWriter
  readonly rowsOf: (order: OrderCursor) => number
  /** Orders [from, to). */
  readonly from: number
  readonly to: number
  /** Where every order goes besides; may hold up the stream. */
  readonly feed?: OrderFeed | undefined
}

/** A second reader of the pass. */
export interface OrderFeed {
  readonly isFull: boolean
  append(order: OrderCursor): void
  handOver(): Promise<void>
}

export class ChunkRows extends Readable {
  rows = 0
  readonly #source: ChunkSource
  #order: number

  constructor(source: ChunkSource) {
    super({ highWaterMark: 2 * BUFFER_BYTES })
    this.#source = source
    this.#order = source.from
    source.cursor.seek(source.from)
  }

  override _read(): void {
    this.#fill().then(
      (buffer) => this.push(buffer),
      (error) => this.destroy(error),
    )
  }

  /** The next Buffer; null after the last order. */
  async #fill(): Promise<Buffer | null> {
    const { cursor, write, rowsOf, to, feed } = this.#source
    if (this.#order >= to) return null
    const buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES)
    const target = viewOf(buffer)
    let at = 0
    while (this.#order < to && at < BUFFER_BYTES - MAX_ORDER_BYTES) {
      if (feed?.isFull) await feed.handOver()
      cursor.next()
      at = write(cursor, target, at)
      this.rows += rowsOf(cursor)
      feed?.append(cursor)
      this.#order++
    }
    return buffer.subarray(0, at)
  }
}
