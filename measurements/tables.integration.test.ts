// Rows are counted on every server that holds shards.

import type { Connection } from 'mysql2/promise'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { ALL_SHARDS, SEEDED_FAMILIES, tableName } from '../contracts/shard.ts'
import { type ShardMap, shardMapOf } from '../contracts/shard-map.ts'
import { connectMysql } from './mysql-counters.ts'
import { countTables } from './tables.ts'

const SCHEMAS = ['home', 'other'].map((name) => `headroom_counted_${name}_${process.pid}`)

let admin: Connection
let map: ShardMap

beforeAll(async () => {
  const { mysql } = inject('engines')
  admin = await connectMysql(mysql)
  for (const schema of SCHEMAS) await admin.query(`CREATE DATABASE ${schema}`)
  const [home, other] = SCHEMAS.map((schema) => new URL(`/${schema}`, mysql.url).href)
  map = shardMapOf({ mysql: { url: home ?? '' }, mysqlShards: `32-63=${other}` })
  for (const shard of ALL_SHARDS) {
    for (const family of SEEDED_FAMILIES) {
      await admin.query(`CREATE TABLE ${SCHEMAS[shard < 32 ? 0 : 1]}.${tableName(family, shard)} (id INT PRIMARY KEY)`)
    }
  }
  await admin.query(`INSERT INTO ${SCHEMAS[0]}.orders_07 VALUES (1)`)
  await admin.query(`INSERT INTO ${SCHEMAS[1]}.orders_40 VALUES (1), (2)`)
  await admin.query(`INSERT INTO ${SCHEMAS[1]}.payments_63 VALUES (1), (2), (3)`)
})

afterAll(async () => {
  for (const schema of SCHEMAS) await admin?.query(`DROP DATABASE IF EXISTS ${schema}`)
  admin?.destroy()
})

it('counts the tables of every shard once, wherever they lie, in order', async () => {
  const { tables } = await countTables(map, new AbortController().signal)
  expect(tables.map(({ shard }) => shard)).toEqual(ALL_SHARDS)
  expect(tables.filter(({ orders }) => orders > 0).map(({ shard, orders }) => [shard, orders])).toEqual([
    [7, 1],
    [40, 2],
  ])
  expect(tables[63]?.payments).toBe(3)
})
