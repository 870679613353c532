// The file that the gateway goes by, kept as two real databases say.

import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, inject, it } from 'vitest'
import { SWITCHES_TABLE } from '../contracts/migration-tables.ts'
import { oneServer } from '../contracts/shard-map.ts'
import { type GatewayPosition, NOT_BEGUN, type StoreName } from '../contracts/switches.ts'
import type { BothDatabases } from './both-databases.ts'
import { INTERFACE_LAYER_FILE, POSITION_FOLDER } from './gateway/nginx.ts'
import { type FollowedSwitches, keepGatewayPosition } from './gateway-position.ts'
import { prepareSwitches } from './prepare-migration.ts'
import { MysqlPool } from './storage/mysql-pool.ts'
import { StoreLedger } from './switches/store-ledger.ts'
import { Metrics } from './telemetry/metrics.ts'
import { testDatabase } from './test-system.setup.ts'

const POLL = { timeout: 20_000, interval: 50 }
const engines = inject('engines')

let databases: Readonly<Record<StoreName, Awaited<ReturnType<typeof testDatabase>>>>
let both: BothDatabases
let folder: string
let followed: FollowedSwitches | undefined

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-gateway-'))
  databases = { legacy: await testDatabase(engines.legacyMysql.url), sharded: await testDatabase(engines.mysql.url) }
  both = { legacy: { url: databases.legacy.url }, sharded: oneServer({ url: databases.sharded.url }) }
  await prepareSwitches(both)
})
afterEach(async () => {
  await followed?.stop()
  followed = undefined
  for (const database of Object.values(databases)) await database.drop()
  rmSync(folder, { recursive: true })
})

const position = (): GatewayPosition =>
  existsSync(join(folder, POSITION_FOLDER, INTERFACE_LAYER_FILE)) ? 'interface-layer' : 'monolith'

async function begin(gateway: GatewayPosition): Promise<void> {
  const state = { ...NOT_BEGUN, epoch: 1, revision: 1, isFinal: false, gateway }
  for (const [name, { url }] of Object.entries(databases)) {
    const options = { poolSize: 1, statementLimitMs: 5_000 }
    const pool = new MysqlPool({ map: oneServer({ url }), ...options }, new Metrics())
    await new StoreLedger(name as StoreName, pool.leases).begin(state)
    await pool.close()
  }
}

async function set(gateway: GatewayPosition, names: readonly StoreName[]): Promise<void> {
  const sql = `UPDATE ${SWITCHES_TABLE} SET gateway = ?, revision = revision + 1`
  for (const name of names) await databases[name].rows(sql, [gateway])
}

it('is the monolith’s before a migration has begun, and follows from then on', async () => {
  followed = await keepGatewayPosition(both, folder)
  expect(position()).toBe('monolith')
  await begin('interface-layer')
  await expect.poll(position, POLL).toBe('interface-layer')
  await set('monolith', ['legacy', 'sharded'])
  await expect.poll(position, POLL).toBe('monolith')
})

it('is right from the start, whatever an earlier one left there', async () => {
  await begin('interface-layer')
  followed = await keepGatewayPosition(both, folder)
  expect(position()).toBe('interface-layer')
  await followed.stop()
  await set('monolith', ['legacy', 'sharded'])
  followed = await keepGatewayPosition(both, folder)
  expect(position()).toBe('monolith')
})

it('believes the database that was told last', async () => {
  await begin('monolith')
  followed = await keepGatewayPosition(both, folder)
  await set('interface-layer', ['sharded'])
  await expect.poll(position, POLL).toBe('interface-layer')
})
