// Which seeded rows of a range are missing or too many: the ids in the table merged with the ids by formula.

import type { Connection, RowDataPacket } from 'mysql2/promise'
import type { Dataset } from '../../contracts/dataset.ts'
import type { Plan } from '../../contracts/plan.ts'
import { type SeededFamily, type Shard, tableName } from '../../contracts/shard.ts'
import { OrderCursor } from '../rows/order-cursor.ts'
import { rowsOf } from '../rows/row-formats.ts'
import { MAX_SAMPLES } from './finding.ts'
import { IS_SEEDED } from './row-rules.ts'
import type { TableRange } from './table-range.ts'

export interface RowSearch {
  readonly connection: Connection
  readonly dataset: Dataset
  readonly plan: Plan
  readonly family: SeededFamily
  readonly range: TableRange
  readonly ids: readonly [first: string, last: string]
}

interface OrderRows {
  readonly id: bigint
  readonly rows: number
}

const PAGE_ROWS = 50_000

export async function missingOrExtra(search: RowSearch): Promise<readonly string[]> {
  const samples: string[] = []
  const expected = expectedOrders(search)
  let next = expected.next()
  for await (const { id, rows } of storedOrders(search)) {
    for (; !next.done && next.value.id < id; next = expected.next()) samples.push(`order ${next.value.id} is missing`)
    if (next.done || next.value.id > id) {
      samples.push(`order ${id} was never seeded`)
    } else {
      if (next.value.rows !== rows) samples.push(`order ${id} has ${rows} rows instead of ${next.value.rows}`)
      next = expected.next()
    }
    if (samples.length >= MAX_SAMPLES) break
  }
  for (; !next.done && samples.length < MAX_SAMPLES; next = expected.next()) {
    samples.push(`order ${next.value.id} is missing`)
  }
  return samples.slice(0, MAX_SAMPLES)
}

function* expectedOrders({ dataset, plan, family, range }: RowSearch): Generator<OrderRows> {
  const cursor = new OrderCursor(dataset, plan, range.shard)
  cursor.seek(range.from)
  for (let row = range.from; row < range.to; row++) {
    cursor.next()
    yield { id: BigInt(cursor.orderId), rows: rowsOf(family, cursor) }
  }
}

async function* storedOrders({ connection, family, range, ids }: RowSearch): AsyncGenerator<OrderRows> {
  let first = ids[0]
  for (;;) {
    const [page] = await connection.query<RowDataPacket[]>(
      `SELECT order_id AS id, COUNT(*) AS number FROM ${tableName(family, range.shard as Shard)}
       WHERE order_id BETWEEN ? AND ? AND ${IS_SEEDED} GROUP BY order_id ORDER BY order_id LIMIT ${PAGE_ROWS}`,
      [first, ids[1]],
    )
    for (const { id, number } of page) yield { id: BigInt(id), rows: Number(number) }
    if (page.length < PAGE_ROWS) return
    first = (BigInt(page.at(-1)?.id) + 1n).toString()
  }
}
