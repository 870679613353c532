// Rows are counted on every server that holds shards.

import { afterAll, beforeAll, expect, it } from 'vitest'
import { ALL_SHARDS, asShard, SEEDED_FAMILIES, tableName } from '../contracts/shard.ts'
import { startTwoServers, type TwoServers } from './fixtures/two-servers.setup.ts'
import { countTables } from './tables.ts'

let servers: TwoServers

beforeAll(async () => {
  servers = await startTwoServers('counted')
  const { admin, schemaOf } = servers
  const tableOf = (family: (typeof SEEDED_FAMILIES)[number], shard: number) =>
    `${schemaOf(asShard(shard))}.${tableName(family, asShard(shard))}`
  for (const shard of ALL_SHARDS) {
    for (const family of SEEDED_FAMILIES)
      await admin.query(`CREATE TABLE ${tableOf(family, shard)} (id INT PRIMARY KEY)`)
  }
  await admin.query(`INSERT INTO ${tableOf('orders', 7)} VALUES (1)`)
  await admin.query(`INSERT INTO ${tableOf('orders', 40)} VALUES (1), (2)`)
  await admin.query(`INSERT INTO ${tableOf('payments', 63)} VALUES (1), (2), (3)`)
})

afterAll(() => servers?.drop())

it('counts the tables of every shard once, wherever they lie, in order', async () => {
  const { tables } = await countTables(servers.map, new AbortController().signal)
  expect(tables.map(({ shard }) => shard)).toEqual(ALL_SHARDS)
  expect(tables.filter(({ orders }) => orders > 0).map(({ shard, orders }) => [shard, orders])).toEqual([
    [7, 1],
    [40, 2],
  ])
  expect(tables[63]?.payments).toBe(3)
})
