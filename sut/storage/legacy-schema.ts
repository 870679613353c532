// The monolith's tables, made by whoever owns its schema before it starts; a catalogue that is there is left alone.

import { decimalOfCents } from '../../contracts/legacy-amount.ts'
import { CREATE_LEGACY_SQL, LEGACY_PRODUCTS_TABLE } from '../../contracts/legacy-tables.ts'
import { namedProducts } from '../../contracts/product-names.ts'
import type { MysqlAddress } from '../../contracts/shard-map.ts'
import { openConnection, type SqlValue } from './mysql-connection.ts'

const LIMIT_MS = 60_000
const LOCK_WAIT_SECONDS = 60

/** May be repeated, also by two at once. */
export async function prepareLegacySchema(address: MysqlAddress): Promise<void> {
  const connection = await openConnection(address, LIMIT_MS)
  const run = async (sql: string, values: readonly SqlValue[] = []) =>
    (await connection.query(sql, values, LIMIT_MS)) as readonly unknown[]
  try {
    // The lock goes with its connection. Named locks belong to the server, so it is named after the schema.
    await run("SELECT GET_LOCK(CONCAT('headroom-legacy/', LEFT(DATABASE(), 40)), ?)", [LOCK_WAIT_SECONDS])
    for (const sql of CREATE_LEGACY_SQL) await run(sql)
    if ((await run(`SELECT id FROM ${LEGACY_PRODUCTS_TABLE} LIMIT 1`)).length > 0) return
    // Here, as only the first start of an empty monolith needs it.
    const { faker } = await import('@faker-js/faker/locale/en')
    const products = namedProducts(faker).map(({ productId, name, priceCents }) => [
      productId,
      name,
      decimalOfCents(priceCents),
    ])
    await run(`INSERT INTO ${LEGACY_PRODUCTS_TABLE} (id, name, price) VALUES ?`, [products])
  } finally {
    connection.end()
  }
}
