// Tables that are not there: named once, and left out of every other check with their shards, or it would stumble.

import type { Connection } from 'mysql2/promise'
import { PRODUCTS_TABLE } from '../../contracts/catalogue.ts'
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

export async function verifyTables(connection: Connection, shards: readonly number[]): Promise<TableCheck> {
  const found = await rows<{ name: string }>(
    connection,
    'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()',
  )
  return judgeTables(new Set(found.map(({ name }) => name)), shards)
}

export function judgeTables(present: ReadonlySet<string>, shards: readonly number[]): TableCheck {
  const missingOf = (shard: number) =>
    STORED_FAMILIES.map((family) => tableName(family, shard as Shard)).filter((name) => !present.has(name))
  const missing = [...[PRODUCTS_TABLE, LANES_TABLE].filter((name) => !present.has(name)), ...shards.flatMap(missingOf)]
  const finding: Finding = {
    check: 'schema',
    where: 'MySQL',
    what: 'table missing',
    count: missing.length,
    samples: missing.slice(0, MAX_SAMPLES),
  }
  return {
    findings: missing.length > 0 ? [finding] : [],
    wholeShards: shards.filter((shard) => missingOf(shard).length === 0),
    hasCatalogue: present.has(PRODUCTS_TABLE),
    hasLanes: present.has(LANES_TABLE),
  }
}
