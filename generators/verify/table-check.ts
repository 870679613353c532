// Tables that are not there, or lack the column that makes them as wide as the plan says: named once, and left out of every other check with their shards, or it would stumble.

import type { Connection } from 'mysql2/promise'
import { PRODUCTS_TABLE } from '../../contracts/catalogue.ts'
import type { Dataset } from '../../contracts/dataset.ts'
import { FILLER_COLUMN } from '../../contracts/filler-column.ts'
import { type Shard, STORED_FAMILIES, tableName } from '../../contracts/shard.ts'
import { LANES_TABLE } from '../store/lanes.ts'
import { rows } from '../store/mysql-connection.ts'
import { type Finding, MAX_SAMPLES } from './finding.ts'

export interface TableCheck {
  readonly findings: readonly Finding[]
  /** Shards whose four tables are all there. */
  readonly wholeShards: readonly number[]
  readonly hasCatalogue: boolean
  readonly hasLanes: boolean
}

export async function verifyTables(
  connection: Connection,
  shards: readonly number[],
  { extraBytesPerRow = 0 }: Pick<Dataset, 'extraBytesPerRow'>,
): Promise<TableCheck> {
  const found = await rows<{ name: string }>(
    connection,
    'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()',
  )
  const wide = await rows<{ name: string }>(
    connection,
    'SELECT table_name AS name FROM information_schema.columns WHERE table_schema = DATABASE() AND column_name = ?',
    [FILLER_COLUMN],
  )
  const present = new Set([...found.map(({ name }) => name), ...wide.map(({ name }) => fillerOf(name))])
  return judgeTables(present, shards, extraBytesPerRow > 0)
}

/** `present`: tables, and fillers of tables. */
export function judgeTables(present: ReadonlySet<string>, shards: readonly number[], isWide: boolean): TableCheck {
  const missingOf = (shard: number) => {
    const lost = STORED_FAMILIES.map((family) => tableName(family, shard as Shard)).filter((name) => !present.has(name))
    const orders = tableName('orders', shard as Shard)
    const isNarrow = isWide && !lost.includes(orders) && !present.has(fillerOf(orders))
    return { lost, narrow: isNarrow ? [fillerOf(orders)] : [] }
  }
  const ofShards = shards.map((shard) => ({ shard, ...missingOf(shard) }))
  const tables = [PRODUCTS_TABLE, LANES_TABLE].filter((name) => !present.has(name))
  return {
    findings: [
      ...missing('table missing', [...tables, ...ofShards.flatMap(({ lost }) => lost)]),
      ...missing(
        'column missing',
        ofShards.flatMap(({ narrow }) => narrow),
      ),
    ],
    wholeShards: ofShards.flatMap(({ shard, lost, narrow }) => (lost.length + narrow.length === 0 ? [shard] : [])),
    hasCatalogue: present.has(PRODUCTS_TABLE),
    hasLanes: present.has(LANES_TABLE),
  }
}

function missing(what: string, names: readonly string[]): readonly Finding[] {
  if (names.length === 0) return []
  return [{ check: 'schema', where: 'MySQL', what, count: names.length, samples: names.slice(0, MAX_SAMPLES) }]
}

function fillerOf(table: string): string {
  return `${table}.${FILLER_COLUMN}`
}
