// The schema on a real server: made once, brought up to date from before it had numbers, and refused where it does not fit.

import { afterEach, beforeEach, expect, inject, it } from 'vitest'
import { SCHEMA_TABLE } from '../../contracts/schema-version.ts'
import { asShard } from '../../contracts/shard.ts'
import { oneServer, type ShardMap } from '../../contracts/shard-map.ts'
import { contextFor } from '../telemetry/call-context.ts'
import { Metrics } from '../telemetry/metrics.ts'
import { testDatabase } from '../test-system.setup.ts'
import { selectKeyedOrder, storedKeyOf } from './idempotency-table.ts'
import { SCHEMA_VERSION } from './migrations.ts'
import { MysqlPool } from './mysql-pool.ts'
import { migrate, requireSchema } from './schema.ts'

const USER = 64 + 9

let database: Awaited<ReturnType<typeof testDatabase>>
let map: ShardMap

beforeEach(async () => {
  database = await testDatabase(inject('engines').mysql.url)
  map = oneServer({ url: database.url })
})
afterEach(() => database.drop())

it('is made by one owner, however many try together, and nothing is left to do afterwards', async () => {
  const applied = await Promise.all([migrate(map), migrate(map), migrate(map)])
  expect(applied.toSorted((one, other) => one - other)).toEqual([0, 0, SCHEMA_VERSION])
  expect(await migrate(map)).toBe(0)
  await expect(requireSchema(map[0])).resolves.toBeUndefined()
})

it('is asked for before a service serves: none, an older one and one for newer code are refused', async () => {
  await expect(requireSchema(map[0])).rejects.toThrow(`at version 0; this code needs ${SCHEMA_VERSION}`)
  await migrate(map)
  await database.rows(`DELETE FROM ${SCHEMA_TABLE} WHERE version = ?`, [SCHEMA_VERSION])
  await expect(requireSchema(map[0])).rejects.toThrow(`this code needs ${SCHEMA_VERSION}`)
  const add = `INSERT INTO ${SCHEMA_TABLE} (version, name, oldest_code, applied_at_ms) VALUES (?, 'later', ?, 0)`
  await database.rows(add, [SCHEMA_VERSION + 1, SCHEMA_VERSION])
  await expect(requireSchema(map[0])).resolves.toBeUndefined()
  await database.rows(add, [SCHEMA_VERSION + 2, SCHEMA_VERSION + 1])
  await expect(requireSchema(map[0])).rejects.toThrow(`for code of version ${SCHEMA_VERSION + 1} or later`)
})

it('keeps the keys of the window that were stored as text, also when it was killed between two statements', async () => {
  await migrate(map)
  await database.rows(`DELETE FROM ${SCHEMA_TABLE} WHERE version >= 2`)
  await database.rows('DROP TABLE idempotency_keys_09')
  // As it was before the schema had numbers, and after a kill: already renamed, the new table not yet filled.
  await database.rows(`CREATE TABLE idempotency_keys_09_text (user_id BIGINT NOT NULL,
    idempotency_key VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, request_hash BINARY(32) NOT NULL,
    order_id BIGINT NOT NULL, response JSON NOT NULL, created_at_ms BIGINT NOT NULL, PRIMARY KEY (user_id, idempotency_key))`)
  const key = (name: string, orderId: number, createdAtMs: number) =>
    database.rows(`INSERT INTO idempotency_keys_09_text VALUES (?, ?, REPEAT('r', 32), ?, '{}', ?)`, [
      USER,
      name,
      orderId,
      createdAtMs,
    ])
  await key('young', 1001, Date.now() - 1_000)
  await key('old', 1002, Date.now() - 10 * 86_400_000)
  await database.rows('INSERT INTO orders_09 VALUES (1001, ?, 0, 0, 0, 1, 500, 0, 0, 1)', [USER])
  expect(await migrate(map)).toBe(SCHEMA_VERSION - 1)
  const pool = new MysqlPool({ map, poolSize: 4, statementLimitMs: 10_000 }, new Metrics())
  const found = (name: string) => selectKeyedOrder(pool, storedKeyOf(USER, name, ''), contextFor('test', 10_000))
  expect(await found('young')).toMatchObject({ orderId: '1001', amountCents: 500 })
  expect(await found('old')).toBeNull()
  await pool.close()
  expect(await database.rows("SHOW TABLES LIKE 'idempotency\\_keys\\_09\\_%'")).toEqual([])
  expect(asShard(USER % 64)).toBe(9)
})
