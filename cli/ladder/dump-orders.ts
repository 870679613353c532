// A logical dump of a part of an orders table, and its restore, by means that every MySQL and MariaDB has.

import { once } from 'node:events'
import { createReadStream, createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import type { QueryOptions, ResultSetHeader } from 'mysql2/promise'
import { type Shard, tableName } from '../../contracts/shard.ts'
import type { MysqlAddress } from '../../contracts/shard-map.ts'
import { indexSql, TABLE_SHAPES } from '../../contracts/tables.ts'
import { withMysql } from './ladder-tables.ts'

/** About a quarter of a minute; the rest is multiplied. */
const SAMPLE_ORDERS = 1_000_000
const ORDERS_AT_A_TIME = 50_000
const RESTORED_TABLE = 'ladder_restored'

export async function dumpOrders(address: MysqlAddress, shard: Shard, path: string, signal: AbortSignal) {
  const columns = TABLE_SHAPES.orders.columns.map(({ name }) => name)
  const file = createWriteStream(path)
  return await withMysql(address, async (connection) => {
    const beganAtMs = performance.now()
    let dumped = 0
    for (let after = '-1'; dumped < SAMPLE_ORDERS; ) {
      signal.throwIfAborted()
      const [found] = await connection.query({
        sql: `SELECT ${columns.join(', ')} FROM ${tableName('orders', shard)} WHERE order_id > ? ORDER BY order_id LIMIT ${ORDERS_AT_A_TIME}`,
        values: [after],
        rowsAsArray: true,
      })
      const part = found as unknown as (string | number)[][]
      if (part.length === 0) break
      if (!file.write(`${part.map((row) => row.join('\t')).join('\n')}\n`)) await once(file, 'drain')
      dumped += part.length
      after = String(part.at(-1)?.[0])
    }
    file.end()
    await once(file, 'finish')
    return { dumped, seconds: (performance.now() - beganAtMs) / 1000 }
  })
}

/** The file is gone afterwards, and so is the table. */
export async function restoreOrders(address: MysqlAddress, shard: Shard, path: string) {
  const columns = TABLE_SHAPES.orders.columns.map(({ name }) => name)
  const indexes = TABLE_SHAPES.orders.secondaryIndexes
  return await withMysql(address, async (connection) => {
    const drop = () => connection.query(`DROP TABLE IF EXISTS ${RESTORED_TABLE}`)
    await drop()
    try {
      await connection.query(`CREATE TABLE ${RESTORED_TABLE} LIKE ${tableName('orders', shard)}`)
      await connection.query(
        `ALTER TABLE ${RESTORED_TABLE} ${indexes.map(({ name }) => `DROP KEY ${name}`).join(', ')}`,
      )
      const beganAtMs = performance.now()
      const load: QueryOptions & { infileStreamFactory: () => Readable } = {
        sql: `LOAD DATA LOCAL INFILE 'orders' INTO TABLE ${RESTORED_TABLE} (${columns.join(', ')})`,
        infileStreamFactory: () => createReadStream(path),
      }
      const [{ affectedRows, warningStatus }] = await connection.query<ResultSetHeader>(load)
      if (warningStatus !== 0) throw new Error(`the restored rows raised ${warningStatus} warnings`)
      await connection.query(
        `ALTER TABLE ${RESTORED_TABLE} ${indexes.map((index) => `ADD KEY ${indexSql(index)}`).join(', ')}`,
      )
      return { restored: affectedRows, seconds: (performance.now() - beganAtMs) / 1000 }
    } finally {
      await drop()
      await rm(path, { force: true })
    }
  })
}
