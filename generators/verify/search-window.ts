// MySQL against Elasticsearch, both directions, by id and version: all orders created within a window of time, from 64
// tables and from the index, small enough that one search answer holds them.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from '@elastic/elasticsearch'
import type { Connection, RowDataPacket } from 'mysql2/promise'
import { isOrderId, ORDER_ID_EPOCH_MS, shardOfOrder } from '../../contracts/order-id.ts'
import { ORDER_INDEX } from '../../contracts/search-index.ts'
import { type Shard, tableName } from '../../contracts/shard.ts'
import { findDocuments } from './find-documents.ts'
import { type Finding, MAX_SAMPLES } from './finding.ts'
import { LOWEST_ID } from './id-limits.ts'

/** Created in [fromMs, toMs). */
export interface SearchWindow {
  readonly fromMs: number
  readonly toMs: number
}

/** Elasticsearch's own limit of one answer (index.max_result_window). */
export const MAX_HITS = 10_000
const ID_PER_MS = 2n ** 22n

type OrderRow = readonly [id: string, version: number]

/** Running services index what they wrote a moment later: what differs is looked at twice. */
const SECOND_LOOK_MS = 3_000

export async function verifySearchWindow(
  connection: Connection,
  search: Client,
  shards: readonly number[],
  window: SearchWindow,
): Promise<readonly Finding[]> {
  const findings = await compared(connection, search, shards, window)
  if (findings === null) {
    const middleMs = Math.floor((window.fromMs + window.toMs) / 2)
    return [
      ...(await verifySearchWindow(connection, search, shards, { ...window, toMs: middleMs })),
      ...(await verifySearchWindow(connection, search, shards, { ...window, fromMs: middleMs })),
    ]
  }
  if (findings.length === 0) return []
  await sleep(SECOND_LOOK_MS)
  return (await compared(connection, search, shards, window)) ?? findings
}

/** null: too many orders or documents for one answer. */
async function compared(
  connection: Connection,
  search: Client,
  shards: readonly number[],
  window: SearchWindow,
): Promise<readonly Finding[] | null> {
  const [rows, found] = await Promise.all([orders(connection, shards, window), documents(search, window)])
  const isSplittable = window.toMs - window.fromMs > 1
  if (isSplittable && (rows.length > MAX_HITS || found.total > MAX_HITS)) return null
  return compare(rows, found.versions, shards)
}

/** All that are there are counted, `MAX_HITS` of them named. */
async function documents(
  search: Client,
  { fromMs, toMs }: SearchWindow,
): Promise<{ readonly total: number; readonly versions: ReadonlyMap<string, number> }> {
  const { total, hits } = await findDocuments(search, MAX_HITS, {
    range: { created_at_ms: { gte: fromMs, lt: toMs, format: 'epoch_millis' } },
  })
  return { total, versions: new Map(hits.map(({ _id, _version }) => [_id, _version])) }
}

/** One more than an answer holds, where there are more. */
async function orders(
  connection: Connection,
  shards: readonly number[],
  { fromMs, toMs }: SearchWindow,
): Promise<readonly OrderRow[]> {
  const selects = shards.map(
    (shard) =>
      `SELECT order_id, version FROM ${tableName('orders', shard as Shard)} WHERE order_id >= ${idAt(fromMs)} AND order_id < ${idAt(toMs)}`,
  )
  const [found] = await connection.query<RowDataPacket[]>({
    sql: `${selects.join(' UNION ALL ')} LIMIT ${MAX_HITS + 1}`,
    rowsAsArray: true,
  })
  return found as unknown as readonly OrderRow[]
}

/** The smallest order id of a moment: 0 before order ids begin, and at the beginning of time what no id may be. */
function idAt(ms: number): string {
  if (ms <= 0) return LOWEST_ID.toString()
  return (BigInt(Math.max(0, ms - ORDER_ID_EPOCH_MS)) * ID_PER_MS).toString()
}

function compare(
  rows: readonly OrderRow[],
  found: ReadonlyMap<string, number>,
  shards: readonly number[],
): readonly Finding[] {
  const missing: string[] = []
  const otherVersion: string[] = []
  for (const [id, version] of rows) {
    const indexed = found.get(id)
    if (indexed === undefined) missing.push(`order ${id}`)
    else if (indexed !== version) otherVersion.push(`order ${id}: version ${version} in MySQL, ${indexed} in the index`)
  }
  // As many as orders, and each order has found its own: none is left over, and nothing to look for.
  const ghosts = missing.length === 0 && rows.length === found.size ? [] : documentsWithout(rows, found, shards)
  return [
    finding('orders missing from the index', missing),
    finding('documents of another version than their order', otherVersion),
    finding('documents without an order', ghosts),
  ].filter(({ count }) => count > 0)
}

function documentsWithout(
  rows: readonly OrderRow[],
  found: ReadonlyMap<string, number>,
  shards: readonly number[],
): readonly string[] {
  const ids = new Set(rows.map(([id]) => id))
  const isOurs = (id: string) => !isOrderId(id) || shards.includes(shardOfOrder(id))
  return [...found.keys()].filter((id) => !ids.has(id) && isOurs(id)).map((id) => `document ${id}`)
}

function finding(what: string, all: readonly string[]): Finding {
  return { check: 'search-index', where: ORDER_INDEX, what, count: all.length, samples: all.slice(0, MAX_SAMPLES) }
}
