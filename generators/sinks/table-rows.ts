// One table's rows of a chunk, in memory: blocks that are filled again for the next chunk, so that a load of hours
// touches no fresh memory after its first seconds.

import { Readable } from 'node:stream'
import { viewOf } from '../rows/fixed-text.ts'
import type { OrderCursor } from '../rows/order-cursor.ts'
import { MAX_ORDER_BYTES, type RowWriter } from '../rows/row-formats.ts'

// Small enough that each copy on its way (the driver's, the socket's, the server's) stays in the processor's cache:
// half a megabyte costs the server a tenth more.
const BLOCK_BYTES = 64 * 1024

interface Block {
  readonly bytes: Buffer
  readonly view: DataView
}

export class TableRows {
  rows = 0
  readonly #write: RowWriter
  readonly #blocks: Block[] = [newBlock()]
  /** Bytes used of each block before the open one. */
  readonly #used: number[] = []
  #view: DataView = (this.#blocks[0] as Block).view
  #at = 0

  constructor(write: RowWriter) {
    this.#write = write
  }

  /** `rows`: how many the order has in this table. */
  append(order: OrderCursor, rows: number): void {
    if (this.#at > BLOCK_BYTES - MAX_ORDER_BYTES) this.#openNext()
    this.#at = this.#write(order, this.#view, this.#at)
    this.rows += rows
  }

  clear(): void {
    this.rows = 0
    this.#used.length = 0
    this.#view = (this.#blocks[0] as Block).view
    this.#at = 0
  }

  /** To be read before the next `clear`. */
  stream(): Readable {
    return Readable.from(this.#filled(), { objectMode: false, highWaterMark: BLOCK_BYTES })
  }

  *#filled(): Generator<Buffer> {
    for (const [at, used] of [...this.#used, this.#at].entries()) {
      if (used > 0) yield (this.#blocks[at] as Block).bytes.subarray(0, used)
    }
  }

  #openNext(): void {
    this.#used.push(this.#at)
    const next = this.#blocks[this.#used.length] ?? newBlock()
    this.#blocks[this.#used.length] = next
    this.#view = next.view
    this.#at = 0
  }
}

function newBlock(): Block {
  const bytes = Buffer.allocUnsafeSlow(BLOCK_BYTES)
  return { bytes, view: viewOf(bytes) }
}
