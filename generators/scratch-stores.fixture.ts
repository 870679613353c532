// Stores for integration tests: an own schema on the test server, and the one order index.

import { type Connection, createConnection } from 'mysql2/promise'
import type { SeedVolume } from '../contracts/dataset.ts'
import { ALL_SHARDS, SEEDED_FAMILIES, type Shard, tableName } from '../contracts/shard.ts'
import type { SeedDeps, SeedOptions } from './seed-options.ts'
import { smallVolume } from './small-volume.fixture.ts'
import type { StoreAddresses } from './store/addresses.ts'
import { connect, rows } from './store/mysql-connection.ts'
import { dropSlices, searchClient } from './store/search-index.ts'

export interface ScratchStores {
  readonly stores: StoreAddresses
  readonly connection: Connection
  remove(): Promise<void>
}

export async function scratchStores(name: string): Promise<ScratchStores> {
  const { HEADROOM_TEST_MYSQL_URL: mysqlUrl, HEADROOM_TEST_ELASTICSEARCH_URL: elasticsearchUrl } = process.env
  if (!mysqlUrl || !elasticsearchUrl) throw new Error('vitest’s global set-up gives the engines: run npm test')
  const schema = `headroom_${name}_${process.pid}`
  const admin = await createConnection(mysqlUrl)
  await admin.query(`CREATE DATABASE ${schema}`)
  const url = new URL(mysqlUrl)
  url.pathname = `/${schema}`
  const stores = { mysql: { url: url.href }, elasticsearchUrl }
  const connection = await connect(stores.mysql)
  const search = searchClient(elasticsearchUrl)
  await dropSlices(search)
  return {
    stores,
    connection,
    remove: async () => {
      await dropSlices(search)
      await search.close()
      await connection.end()
      await admin.query(`DROP DATABASE IF EXISTS ${schema}`)
      await admin.end()
    },
  }
}

export function seedOptions(changes: Partial<SeedOptions> = {}, volume: SeedVolume = smallVolume(300)): SeedOptions {
  return {
    volume,
    seed: 1,
    scale: 1,
    timeBudgetSeconds: 60,
    fullShards: [],
    shards: ALL_SHARDS,
    reset: false,
    ifEmpty: false,
    ...changes,
  }
}

export function seedDeps(stores: StoreAddresses, changes: Partial<SeedDeps> = {}): SeedDeps {
  return {
    stores,
    freeDiskBytes: 1e12,
    memoryBytes: 1e12,
    cores: 2,
    signal: new AbortController().signal,
    say: () => {},
    startProgress: () => ({ update: () => {}, stop: () => {} }),
    ...changes,
  }
}

/** CHECKSUM TABLE of every seeded table. */
export async function checksums(
  connection: Connection,
  shards: readonly Shard[] = ALL_SHARDS,
): Promise<Readonly<Record<string, string>>> {
  const names = shards.flatMap((shard) => SEEDED_FAMILIES.map((family) => tableName(family, shard)))
  const found = await rows<{ Table: string; Checksum: string }>(connection, `CHECKSUM TABLE ${names.join(', ')}`)
  return Object.fromEntries(found.map(({ Table, Checksum }) => [Table.split('.').at(-1), String(Checksum)]))
}
