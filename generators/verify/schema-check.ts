// What a bulk load switches off must be on again: secondary indexes, redo log, index refresh and replicas.

import type { Client } from '@elastic/elasticsearch'
import type { Connection } from 'mysql2/promise'
import { ORDER_INDEX, ORDER_INDEX_SETTINGS } from '../../contracts/search-index.ts'
import { type Shard, STORED_FAMILIES, tableName } from '../../contracts/shard.ts'
import { TABLE_SHAPES } from '../../contracts/tables.ts'
import { rows } from '../store/mysql-connection.ts'
import { type Finding, MAX_SAMPLES } from './finding.ts'

export async function verifySchema(
  connection: Connection,
  search: Client | null,
  shards: readonly number[],
): Promise<readonly Finding[]> {
  const findings = [
    await missingIndexes(connection, shards),
    await redoOff(connection),
    await wrongIndexSettings(search),
  ]
  return findings.filter((finding) => finding !== null)
}

async function missingIndexes(connection: Connection, shards: readonly number[]): Promise<Finding | null> {
  const found = await rows<{ name: string }>(
    connection,
    `SELECT CONCAT(table_name, '.', index_name) AS name FROM information_schema.statistics
     WHERE table_schema = DATABASE() AND seq_in_index = 1`,
  )
  const present = new Set(found.map(({ name }) => name))
  const missing = STORED_FAMILIES.flatMap((family) =>
    shards.flatMap((shard) =>
      TABLE_SHAPES[family].secondaryIndexes.map(({ name }) => `${tableName(family, shard as Shard)}.${name}`),
    ),
  ).filter((name) => !present.has(name))
  if (missing.length === 0) return null
  const samples = missing.slice(0, MAX_SAMPLES)
  return { check: 'schema', where: 'MySQL', what: 'secondary index missing', count: missing.length, samples }
}

/** MySQL only; MariaDB cannot switch it off and knows no such status. */
async function redoOff(connection: Connection): Promise<Finding | null> {
  const [row] = await rows<{ Value: string }>(connection, "SHOW GLOBAL STATUS LIKE 'Innodb_redo_log_enabled'")
  if (!row || row.Value === 'ON') return null
  const what = 'the redo log is off: a crash loses the instance'
  return { check: 'schema', where: 'MySQL', what, count: 1, samples: ['ALTER INSTANCE ENABLE INNODB REDO_LOG'] }
}

/** A bulk load changes both; without refresh new orders are never found. */
async function wrongIndexSettings(search: Client | null): Promise<Finding | null> {
  if (!search) return null
  const slices = Object.values(await search.indices.getSettings({ index: ORDER_INDEX }))
  const all = (['refresh_interval', 'number_of_replicas'] as const).flatMap((name) =>
    slices
      .map(({ settings }) => String(settings?.index?.[name]))
      .filter((found) => found !== String(ORDER_INDEX_SETTINGS[name]))
      .map((found) => `${name} ${found} instead of ${ORDER_INDEX_SETTINGS[name]}`),
  )
  const wrong = [...new Set(all)]
  if (wrong.length === 0) return null
  const what = 'index settings are not those of the running system'
  return { check: 'schema', where: ORDER_INDEX, what, count: wrong.length, samples: wrong }
}
