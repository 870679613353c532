import { describe, expect, it } from 'vitest'
import { CHANNELS, ORDER_STATUSES, type Order } from '../../contracts/order.ts'
import { type OrderId, parseOrderId } from '../../contracts/order-id.ts'
import { orderDocument } from '../../contracts/search-index.ts'
import { SEEDED_FAMILIES } from '../../contracts/shard.ts'
import { TABLE_SHAPES } from '../../contracts/tables.ts'
import { countRows, draftDataset } from '../build-dataset.ts'
import { SMALL_PLAN, smallVolume } from '../small-volume.fixture.ts'
import { viewOf } from './fixed-text.ts'
import { OrderCursor } from './order-cursor.ts'
import { type RowFormat, rowsOf, rowWriters, sentColumns } from './row-formats.ts'
import { linesInto, MAX_SEARCH_BYTES, writeSearchLines } from './search-lines.ts'

const dataset = countRows(draftDataset(smallVolume(), { seed: 2, scale: 1, fullShards: [] }), SMALL_PLAN)
const buffer = Buffer.alloc(16_384)
const target = viewOf(buffer)

function textOf(family: (typeof SEEDED_FAMILIES)[number], form: RowFormat, row: number) {
  const order = new OrderCursor(dataset, SMALL_PLAN, 5)
  order.seek(row)
  order.next()
  const text = buffer.toString('latin1', 0, rowWriters(form)[family](order, target, 0))
  return { order, lines: text.split('\n').slice(0, -1) }
}

describe('row formats', () => {
  it.each(SEEDED_FAMILIES)('write %s in the column order of its table, the same values in both forms', (family) => {
    const names = TABLE_SHAPES[family].columns.map(({ name }) => name)
    for (const row of [0, 1, 7, 1_999]) {
      const tsv = textOf(family, 'tsv', row)
      const ndjson = textOf(family, 'ndjson', row)
      expect(tsv.lines).toHaveLength(rowsOf(family, tsv.order))
      const fromTsv = tsv.lines.map((line) => Object.fromEntries(line.split('\t').map((cell, at) => [names[at], cell])))
      const fromJson = ndjson.lines.map((line) => JSON.parse(line) as Record<string, unknown>)
      expect(Object.keys(fromJson[0] ?? {})).toEqual(names)
      expect(
        fromJson.map((cells) => Object.fromEntries(Object.entries(cells).map(([name, cell]) => [name, String(cell)]))),
      ).toEqual(fromTsv)
      for (const cells of fromJson) expect(cells.order_id).toBe(tsv.order.orderId)
    }
  })

  it.each(SEEDED_FAMILIES)('send of %s what the server cannot derive: other times as ages', (family) => {
    const names = TABLE_SHAPES[family].columns.map(({ name }) => name)
    for (const row of [0, 1, 7, 1_999]) {
      const sent = textOf(family, 'load', row)
      const whole = textOf(family, 'tsv', row).lines.map((line) => line.split('\t'))
      const fromSent = sent.lines.map((line) => {
        const cells: Record<string, string> = Object.fromEntries(
          line.split('\t').map((cell, at) => [sentColumns(family)[at], cell]),
        )
        const createdAtMs = parseOrderId(cells.order_id as OrderId).timestampMs
        const times = { created_at_ms: createdAtMs, updated_at_ms: createdAtMs + Number(cells.updated_at_ms) }
        return names.map((name) => String({ ...cells, ...times }[name]))
      })
      expect(fromSent).toEqual(whole)
    }
  })

  it('names each value as its column says', () => {
    const { order, lines } = textOf('orders', 'ndjson', 77)
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      order_id: order.orderId,
      user_id: order.userId,
      status: order.status,
      channel: order.channel,
      region: order.region,
      item_count: order.itemCount,
      amount_cents: order.amountCents,
      created_at_ms: order.createdAtMs,
      updated_at_ms: order.updatedAtMs,
      version: order.version,
    })
    const payment = textOf('payments', 'ndjson', 77)
    expect(JSON.parse(payment.lines[0] ?? '')).toEqual({
      order_id: order.orderId,
      payment_no: 1,
      user_id: order.userId,
      status: payment.order.paymentStatus,
      method: payment.order.method,
      amount_cents: order.amountCents,
      created_at_ms: order.createdAtMs,
      updated_at_ms: payment.order.paymentUpdatedAtMs,
      version: payment.order.paymentVersion,
    })
  })
})

it('writes the search document that services write, under the row’s version', () => {
  const { order } = textOf('orders', 'tsv', 3)
  const end = writeSearchLines(order, target, 0, linesInto('orders-2025-q1'))
  const [action, document] = buffer
    .toString('latin1', 0, end)
    .split('\n')
    .map((line) => line && JSON.parse(line))
  expect(action).toEqual({
    index: { _index: 'orders-2025-q1', _id: order.orderId, version_type: 'external', version: order.version },
  })
  const asOrder: Order = {
    orderId: order.orderId as OrderId,
    userId: order.userId,
    status: ORDER_STATUSES[order.status]!,
    channel: CHANNELS[order.channel]!,
    region: order.region,
    itemCount: order.itemCount,
    amountCents: order.amountCents,
    createdAtMs: order.createdAtMs,
    updatedAtMs: order.updatedAtMs,
    version: order.version,
  }
  expect(document).toEqual(orderDocument(asOrder))
  expect(end).toBeLessThan(MAX_SEARCH_BYTES)
})
