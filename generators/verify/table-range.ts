// One range of one shard's three tables: exact counts, row rules and books in a single scan each, in one snapshot.

import type { Connection, RowDataPacket } from 'mysql2/promise'
import type { Dataset } from '../../contracts/dataset.ts'
import type { Plan } from '../../contracts/plan.ts'
import { seededOrder } from '../../contracts/seeded-order.ts'
import { SEEDED_FAMILIES, type SeededFamily, type Shard, tableName } from '../../contracts/shard.ts'
import { countItems } from '../rows/count-items.ts'
import { BOOKS, bookSamplesSql, bookSums } from './books.ts'
import { type Finding, MAX_SAMPLES } from './finding.ts'
import { HIGHEST_ID, LOWEST_ID } from './id-limits.ts'
import { missingOrExtra } from './missing-rows.ts'
import { IS_SEEDED, rowRules } from './row-rules.ts'

/** Orders [from, to) by row number; as ids, the first range has no beginning and the last no end. */
export interface TableRange {
  readonly shard: number
  readonly from: number
  readonly to: number
}

export interface RangeResult {
  readonly findings: readonly Finding[]
  /** Of all three tables, as counted. */
  readonly seededRows: number
  /** Orders that running services added. */
  readonly liveOrders: number
}

interface Scope {
  readonly connection: Connection
  readonly dataset: Dataset
  readonly plan: Plan
  readonly range: TableRange
  readonly ids: readonly [first: string, last: string]
}

export async function verifyTableRange(
  connection: Connection,
  dataset: Dataset,
  plan: Plan,
  range: TableRange,
): Promise<RangeResult> {
  const scope: Scope = { connection, dataset, plan, range, ids: idsOf(dataset, range) }
  await connection.query('START TRANSACTION WITH CONSISTENT SNAPSHOT')
  try {
    const sums = await Promise.all(SEEDED_FAMILIES.map(async (family) => [family, await scan(scope, family)] as const))
    const byFamily = Object.fromEntries(sums) as Record<SeededFamily, Sums>
    const findings = [
      ...(await countFindings(scope, byFamily)),
      ...(await ruleFindings(scope, byFamily)),
      ...(await bookFindings(scope, byFamily)),
    ]
    return {
      findings,
      seededRows: SEEDED_FAMILIES.reduce((rows, family) => rows + byFamily[family].seeded, 0),
      liveOrders: byFamily.orders.total - byFamily.orders.seeded,
    }
  } finally {
    await connection.query('COMMIT')
  }
}

function idsOf(dataset: Dataset, { shard, from, to }: TableRange): readonly [string, string] {
  const orders = dataset.shards[shard]?.orders ?? 0
  const idOf = (row: number) => seededOrder(dataset, shard as Shard, row).orderId
  return [
    from === 0 ? LOWEST_ID.toString() : idOf(from),
    to >= orders ? HIGHEST_ID.toString() : (BigInt(idOf(to)) - 1n).toString(),
  ]
}

interface Sums {
  readonly total: number
  readonly seeded: number
  /** In the order of the family's rules. */
  readonly broken: readonly number[]
  readonly books: Readonly<Record<string, string>>
}

async function scan({ connection, dataset, range, ids }: Scope, family: SeededFamily): Promise<Sums> {
  const rules = rowRules(family, dataset)
  const terms = [
    'COUNT(*) AS total',
    `${countIf(IS_SEEDED)} AS seeded`,
    ...rules.map(({ broken }, at) => `${countIf(broken(range.shard, dataset.endMs))} AS broken${at}`),
    ...bookSums(family),
  ]
  const [[row]] = await connection.query<RowDataPacket[]>(
    `SELECT ${terms.join(', ')} FROM ${tableName(family, range.shard as Shard)} WHERE order_id BETWEEN ? AND ?`,
    [...ids],
  )
  const value = (name: string) => String(row?.[name] ?? 0)
  return {
    total: Number(value('total')),
    seeded: Number(value('seeded')),
    broken: rules.map((_, at) => Number(value(`broken${at}`))),
    books: Object.fromEntries(BOOKS.map(({ name }) => [name, value(name)])),
  }
}

/** Rows of that kind. Counted in whole numbers: a SUM of a condition is a decimal number. */
function countIf(condition: string): string {
  return `COUNT(CASE WHEN ${condition} THEN 1 END)`
}

async function countFindings(scope: Scope, sums: Readonly<Record<SeededFamily, Sums>>): Promise<readonly Finding[]> {
  const { connection, dataset, plan, range, ids } = scope
  const { shard, from, to } = range
  const expected: Readonly<Record<SeededFamily, number>> = {
    orders: to - from,
    order_items: countItems(plan, dataset.seed, shard, from, to),
    payments: to - from,
  }
  const findings: Finding[] = []
  for (const family of SEEDED_FAMILIES) {
    const difference = sums[family].seeded - expected[family]
    if (difference === 0) continue
    findings.push({
      check: 'counts',
      where: tableName(family, shard as Shard),
      what: `seeded rows ${difference < 0 ? 'missing' : 'too many'}: ${sums[family].seeded} instead of ${expected[family]}`,
      count: Math.abs(difference),
      samples: await missingOrExtra({ connection, dataset, plan, family, range, ids }),
    })
  }
  return findings
}

async function ruleFindings(scope: Scope, sums: Readonly<Record<SeededFamily, Sums>>): Promise<readonly Finding[]> {
  const { connection, dataset, range, ids } = scope
  const findings: Finding[] = []
  for (const family of SEEDED_FAMILIES) {
    const table = tableName(family, range.shard as Shard)
    for (const [at, { check, what, broken }] of rowRules(family, dataset).entries()) {
      const count = sums[family].broken[at] ?? 0
      if (count === 0) continue
      const sql = `SELECT order_id AS id FROM ${table} WHERE order_id BETWEEN ? AND ? AND (${broken(range.shard, dataset.endMs)}) LIMIT ${MAX_SAMPLES}`
      findings.push({ check, where: table, what, count, samples: await orderIds(connection, sql, ids) })
    }
  }
  return findings
}

async function bookFindings(scope: Scope, sums: Readonly<Record<SeededFamily, Sums>>): Promise<readonly Finding[]> {
  const { connection, range, ids } = scope
  const findings: Finding[] = []
  for (const book of BOOKS) {
    if (sums.orders.books[book.name] === sums[book.other.family].books[book.name]) continue
    const suffix = String(range.shard).padStart(2, '0')
    const samples = await orderIds(connection, bookSamplesSql(book, suffix, MAX_SAMPLES), [...ids, ...ids])
    findings.push({
      check: 'books',
      where: `orders_${suffix} and ${tableName(book.other.family, range.shard as Shard)}`,
      what: book.what,
      count: Math.max(1, samples.length),
      samples: samples.length > 0 ? samples : ['no order of these: rows without an order'],
    })
  }
  return findings
}

async function orderIds(connection: Connection, sql: string, values: readonly string[]): Promise<readonly string[]> {
  const [found] = await connection.query<RowDataPacket[]>(sql, [...values])
  return found.map(({ id }) => `order ${id}`)
}
