// The monolith's tables, made by whoever owns its schema before it starts; a catalogue that is there is left alone. What a
// migration adds to them (`LEGACY_MIGRATIONS` from its second step on) waits until one begins.

import { decimalOfCents } from '../../contracts/legacy-amount.ts'
import { LEGACY_PRODUCTS_TABLE } from '../../contracts/legacy-tables.ts'
import { namedProducts } from '../../contracts/product-names.ts'
import { type MysqlAddress, oneServer } from '../../contracts/shard-map.ts'
import { LEGACY_MIGRATIONS } from './legacy-store/legacy-migrations.ts'
import type { RunSql } from './migrations.ts'
import { migrate, withOwner } from './schema.ts'

const OWN_TABLES = LEGACY_MIGRATIONS.slice(0, 1)

/** May be repeated, also by two at once. */
export async function prepareLegacySchema(address: MysqlAddress): Promise<void> {
  const map = oneServer(address)
  await migrate(map, OWN_TABLES)
  await withOwner(map[0], fillProducts)
}

async function fillProducts(run: RunSql): Promise<void> {
  if ((await run(`SELECT id FROM ${LEGACY_PRODUCTS_TABLE} LIMIT 1`)).length > 0) return
  // Here, as only the first start of an empty monolith needs it.
  const { faker } = await import('@faker-js/faker/locale/en')
  const products = namedProducts(faker).map(({ productId, name, priceCents }) => [
    productId,
    name,
    decimalOfCents(priceCents),
  ])
  await run(`INSERT INTO ${LEGACY_PRODUCTS_TABLE} (id, name, price) VALUES ?`, [products])
}
