// How many rows each table holds, counted; how many bytes they take, by the engines' own statistics.

import type { Connection, RowDataPacket } from 'mysql2/promise'
import type { Dataset } from '../contracts/dataset.ts'
import type { EngineSizes, InvalidReason, TableFacts } from '../contracts/measurement.ts'
import { ORDER_INDEX } from '../contracts/search-index.ts'
import { SEEDED_FAMILIES, type SeededFamily, type Shard, tableName } from '../contracts/shard.ts'
import type { ShardMap, ShardServer } from '../contracts/shard-map.ts'
import { getElasticsearch } from './elasticsearch-counters.ts'
import { connectMysql } from './mysql-counters.ts'

export interface CountedTables {
  readonly tables: readonly TableFacts[]
  readonly countedAt: string
}

const COUNTING_CONNECTIONS = 2

/** Exact: COUNT(*) of every seeded table, on every server. Throws when `signal` ends it or a table is missing. */
export async function countTables(map: ShardMap, signal: AbortSignal): Promise<CountedTables> {
  const facts = await Promise.all(map.map((server) => countServer(server, signal)))
  return { tables: facts.flat().toSorted((a, b) => a.shard - b.shard), countedAt: new Date().toISOString() }
}

async function countServer(server: ShardServer, signal: AbortSignal): Promise<readonly TableFacts[]> {
  const left = [...server.shards]
  const facts: TableFacts[] = []
  const worker = async () => {
    const connection = await connectMysql(server)
    const abort = () => connection.destroy()
    signal.addEventListener('abort', abort)
    try {
      for (let shard = left.shift(); shard !== undefined; shard = left.shift()) {
        signal.throwIfAborted()
        facts.push(await countShard(connection, shard))
      }
    } finally {
      signal.removeEventListener('abort', abort)
      connection.destroy()
    }
  }
  await Promise.all(Array.from({ length: Math.min(COUNTING_CONNECTIONS, left.length) }, worker))
  return facts
}

async function countShard(connection: Connection, shard: Shard): Promise<TableFacts> {
  const count = async (family: SeededFamily): Promise<number> => {
    const [rows] = await connection.query<RowDataPacket[]>(
      `SELECT COUNT(*) AS counted FROM ${tableName(family, shard)}`,
    )
    return Number(rows[0]?.counted)
  }
  return {
    shard,
    orders: await count('orders'),
    orderItems: await count('order_items'),
    payments: await count('payments'),
  }
}

/** Orders are only ever added, so fewer rows than were seeded means that data is missing. */
export function missingRows(dataset: Dataset | null, tables: readonly TableFacts[]): InvalidReason | null {
  const short = (dataset?.shards ?? []).filter(({ shard, orders }) => (tables[shard]?.orders ?? 0) < orders)
  const [first] = short
  if (first === undefined) return null
  const counted = tables[first.shard]?.orders ?? 0
  return {
    code: 'data-incomplete',
    evidence: `${short.length} tables hold fewer orders than were seeded, such as shard ${first.shard}: ${counted} of ${first.orders}`,
  }
}

/** Every seeded order has a document. */
export function missingDocuments(
  dataset: Dataset | null,
  sizes: Pick<EngineSizes, 'searchDocuments'> | null,
): InvalidReason | null {
  if (dataset === null || dataset.inSearchIndex === false || sizes === null) return null
  if (sizes.searchDocuments >= dataset.rows.orders) return null
  return {
    code: 'data-incomplete',
    evidence: `the search index holds ${sizes.searchDocuments} documents of ${dataset.rows.orders} seeded orders`,
  }
}

interface DatabaseBytes {
  readonly orders: number
  readonly all: number
}

/** Bytes per row need the counted rows: information_schema's own row numbers are samples. */
export async function measureSizes(
  map: ShardMap,
  elasticsearchUrl: string,
  tables: readonly TableFacts[],
): Promise<EngineSizes | null> {
  const orders = tables.reduce((sum, table) => sum + table.orders, 0)
  if (orders === 0) return null
  const [servers, search] = await Promise.all([Promise.all(map.map(databaseBytes)), searchSize(elasticsearchUrl)])
  const sum = (name: keyof DatabaseBytes) => servers.reduce((total, server) => total + server[name], 0)
  const bytes = { orders: sum('orders'), all: sum('all') }
  return {
    ordersBytesPerRow: bytes.orders / orders,
    allFamiliesBytesPerOrder: bytes.all / orders,
    databaseBytes: bytes.all,
    ...search,
  }
}

async function databaseBytes(server: ShardServer): Promise<DatabaseBytes> {
  const connection = await connectMysql(server)
  try {
    // MySQL caches these figures for a day; MariaDB does not know the variable.
    await connection.query('SET SESSION information_schema_stats_expiry = 0').catch(() => {})
    const [rows] = await connection.query<RowDataPacket[]>(
      `SELECT TABLE_NAME AS name, DATA_LENGTH + INDEX_LENGTH AS bytes
       FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()`,
    )
    const bytesOf = new Map(rows.map((row) => [String(row.name), Number(row.bytes)]))
    const sum = (families: readonly SeededFamily[]) =>
      families
        .flatMap((family) => server.shards.map((shard) => bytesOf.get(tableName(family, shard)) ?? 0))
        .reduce((total, bytes) => total + bytes, 0)
    return { orders: sum(['orders']), all: sum(SEEDED_FAMILIES) }
  } finally {
    connection.destroy()
  }
}

interface IndexStats {
  readonly _all: {
    readonly primaries: {
      readonly docs?: { readonly count: number }
      readonly store?: { readonly size_in_bytes: number }
    }
  }
}

/** Of the orders that a search finds; of an index that is not there, nothing. */
export async function searchSize(url: string): Promise<Pick<EngineSizes, 'searchBytes' | 'searchDocuments'>> {
  const stats = (await getElasticsearch(url, `/${ORDER_INDEX}/_stats/docs,store?ignore_unavailable=true`)) as IndexStats
  const { docs, store } = stats._all.primaries
  return { searchBytes: store?.size_in_bytes ?? 0, searchDocuments: docs?.count ?? 0 }
}
