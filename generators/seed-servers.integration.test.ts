// One data set over two servers: two schemas stand for them, as each is reached by an address of its own.

import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ALL_SHARDS } from '../contracts/shard.ts'
import { parseShardMap, type ShardMap, serverName } from '../contracts/shard-map.ts'
import { type ScratchStores, scratchStores, seedDeps, seedOptions } from './scratch-stores.fixture.ts'
import { seedServers } from './seed-servers.ts'
import { SMALL_PLAN } from './small-volume.fixture.ts'
import { rows } from './store/mysql-connection.ts'
import { verifyServers } from './verify/verify-servers.ts'

let home: ScratchStores
let second: ScratchStores
let map: ShardMap

const seed = (changes: Parameters<typeof seedOptions>[0] = {}) =>
  seedServers(seedOptions(changes), seedDeps(home.stores), map)
const verify = () =>
  verifyServers(
    { plan: SMALL_PLAN, planHash: 'small', shards: ALL_SHARDS },
    {
      stores: home.stores,
      cores: availableParallelism(),
      journalFile: join(tmpdir(), `headroom-servers-${process.pid}.ndjson`),
      signal: new AbortController().signal,
      say: () => {},
      startProgress: () => ({ update: () => {}, stop: () => {} }),
    },
    map,
  )

beforeAll(async () => {
  home = await scratchStores('home')
  second = await scratchStores('second')
  map = parseShardMap(home.stores.mysql, `32-63=${second.stores.mysql.url}`).map
})
afterAll(async () => {
  await second?.remove()
  await home?.remove()
})

it('seeds each server with its own shards, and proves them as one', async () => {
  const report = await seed()
  expect(report).toMatchObject({ outcome: 'seeded', finished: true })
  const tables = async ({ connection }: ScratchStores) =>
    (
      await rows<{ name: string }>(
        connection,
        "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name LIKE 'orders\\_%'",
      )
    ).length
  expect([await tables(home), await tables(second)]).toEqual([32, 32])
  const { ok, findings, shards, seededRows, tables: sizes } = await verify()
  expect(findings).toEqual([])
  expect(ok).toBe(true)
  expect([...shards].sort((one, other) => one - other)).toEqual(ALL_SHARDS)
  expect(seededRows).toBe(report.dataset.rows.orders + report.dataset.rows.order_items + report.dataset.rows.payments)
  expect(sizes).toHaveLength(256)
})

it('writes nothing the second time', async () => {
  expect(await seed()).toMatchObject({ outcome: 'already-there', rowsWritten: 0, finished: true })
})

it('names the server of what it finds', async () => {
  await second.connection.query('DELETE FROM payments_40 LIMIT 1')
  const { ok, findings } = await verify()
  expect(ok).toBe(false)
  expect(findings.map(({ where }) => where).join()).toContain(serverName(second.stores.mysql))
})

it('removes the data set of all servers before it seeds another', async () => {
  expect(await seed({ reset: true, seed: 2 })).toMatchObject({ outcome: 'seeded', finished: true })
  expect((await verify()).findings).toEqual([])
})
