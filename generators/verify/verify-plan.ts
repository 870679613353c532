// The work of a verification, cut into pieces of a second or so: progress can be shown, and a stopped run continued.

import type { Dataset } from '../../contracts/dataset.ts'
import { MAX_TIMESTAMP_MS } from '../../contracts/order-id.ts'
import { HOUR_MS } from '../../contracts/seeded-order.ts'
import { MAX_HITS, type SearchWindow } from './search-window.ts'
import type { TableRange } from './table-range.ts'

export type Piece =
  | { readonly kind: 'tables'; readonly key: string; readonly weight: number; readonly range: TableRange }
  | { readonly kind: 'search'; readonly key: string; readonly weight: number; readonly window: SearchWindow }

const RANGE_ORDERS = 250_000
/** Windows are cut by the plan's curve, and rows scatter around it. */
const WINDOW_FILL = 0.8
/** Against the rows of one order. */
const DOCUMENT_WEIGHT = 2

export function verificationPieces(dataset: Dataset, shards: readonly number[], withSearch: boolean): readonly Piece[] {
  const tables = dataset.shards.filter(({ shard }) => shards.includes(shard))
  const ranges = tables.flatMap(({ shard, orders }) => tableRanges(shard, orders))
  return [...ranges, ...(withSearch ? searchWindows(dataset) : [])]
}

function tableRanges(shard: number, orders: number): readonly Piece[] {
  return Array.from({ length: Math.ceil(orders / RANGE_ORDERS) }, (_, at) => {
    const range = { shard, from: at * RANGE_ORDERS, to: Math.min(orders, (at + 1) * RANGE_ORDERS) }
    return { kind: 'tables', key: `tables ${shard} ${range.from}`, weight: range.to - range.from, range }
  })
}

/**
 * Hours, joined while they are sparse and split while they are dense, so that one search answer holds a window. The
 * first and the last reach beyond the data: documents from before it are wrong, those from after it are live orders.
 */
function searchWindows({ cumulativeOrdersByHour, rows, startMs, endMs }: Dataset): readonly Piece[] {
  const perWindow = MAX_HITS * WINDOW_FILL
  const scale = rows.orders / (cumulativeOrdersByHour.at(-1) ?? 1)
  const pieces: Piece[] = []
  const add = (fromMs: number, toMs: number, orders: number) =>
    pieces.push({ kind: 'search', key: `search ${fromMs}`, weight: orders * DOCUMENT_WEIGHT, window: { fromMs, toMs } })

  add(0, startMs, 0)
  let first = 0
  let before = 0
  for (const [hour, cumulative] of cumulativeOrdersByHour.entries()) {
    const orders = (cumulative - before) * scale
    const next = ((cumulativeOrdersByHour[hour + 1] ?? Number.POSITIVE_INFINITY) - before) * scale
    if (next <= perWindow) continue
    const parts = Math.max(1, Math.ceil(orders / perWindow))
    const [fromMs, toMs] = [startMs + first * HOUR_MS, startMs + (hour + 1) * HOUR_MS]
    const cut = (part: number) => fromMs + Math.floor(((toMs - fromMs) * part) / parts)
    for (let part = 0; part < parts; part++) add(cut(part), cut(part + 1), orders / parts)
    first = hour + 1
    before = cumulative
  }
  add(endMs, MAX_TIMESTAMP_MS + 1, 0)
  return pieces
}
