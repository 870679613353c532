// A sharded store on two servers: a flip closes, claims and opens on both, and one that died between them is finished.

import { afterEach, beforeEach, expect, inject, it } from 'vitest'
import { LEGACY_ORDERS_TABLE } from '../../contracts/legacy-tables.ts'
import { FENCE_TABLE } from '../../contracts/migration-tables.ts'
import { oneServer, parseShardMap, type ShardMap } from '../../contracts/shard-map.ts'
import { createTableSql } from '../../contracts/tables.ts'
import { bothLedgers } from '../both-databases.ts'
import { MysqlPool } from '../storage/mysql-pool.ts'
import { Metrics } from '../telemetry/metrics.ts'
import { testDatabase } from '../test-system.setup.ts'
import { beginMigration } from './begin-migration.ts'
import { changeSetting } from './change-setting.ts'
import { resumeFlip } from './flip.ts'
import type { FlipTools } from './flip-run.ts'
import { movePhase } from './move-phase.ts'
import { ANYBODY, BOTH_SERVICES } from './two-ledgers.setup.ts'

let databases: Awaited<ReturnType<typeof testDatabase>>[] = []
let pools: MysqlPool[] = []
let tools: FlipTools

beforeEach(async () => {
  const engines = inject('engines')
  const legacy = await testDatabase(engines.legacyMysql.url)
  const home = await testDatabase(engines.mysql.url)
  const second = await testDatabase(engines.mysql.url)
  databases = [legacy, home, second]
  const { map } = parseShardMap({ url: home.url }, `32-63=${second.url}`)
  await legacy.rows(`CREATE TABLE ${LEGACY_ORDERS_TABLE} (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    kind TINYINT NOT NULL, order_id BIGINT NOT NULL UNIQUE, version INT NOT NULL)`)
  for (const [at, { shards }] of map.entries()) {
    for (const shard of shards) {
      await databases[at + 1]!.rows(createTableSql('orders', shard, { secondaryIndexes: false }))
    }
  }
  const poolOf = (all: ShardMap) => new MysqlPool({ map: all, poolSize: 4, statementLimitMs: 10_000 }, new Metrics())
  pools = [poolOf(oneServer({ url: legacy.url })), poolOf(map)]
  const [old, young] = pools as [MysqlPool, MysqlPool]
  const ledgers = bothLedgers({ legacy: old, sharded: young })
  tools = { ledgers, claimMs: 400, drain: async () => {} }
  await beginMigration(ANYBODY, tools)
  await changeSetting({ monolith: 'business-layer' }, ANYBODY, tools)
  expect(await movePhase(() => 'phase1', BOTH_SERVICES, ANYBODY, tools)).toMatchObject({ kind: 'moved' })
  const beganRevision = (await ledgers.legacy.read())!.state.revision
  const comparison = { comparisonId: crypto.randomUUID(), beganRevision, hasEnded: true, compared: 0, differences: 0 }
  await ledgers.legacy.saveComparison(comparison)
})
afterEach(async () => {
  for (const pool of pools) await pool.close()
  for (const database of databases) await database.drop()
})

/** Of the monolith's, the home and the second server. */
async function openShards(): Promise<readonly number[]> {
  const sql = `SELECT shard FROM ${FENCE_TABLE} WHERE open_epoch IS NOT NULL`
  return await Promise.all(databases.map(async ({ rows }) => (await rows(sql)).length))
}

it('is opened on both, and closed on both', async () => {
  expect(await openShards()).toEqual([64, 0, 0])
  expect(await movePhase(() => 'phase2', BOTH_SERVICES, ANYBODY, tools)).toMatchObject({ kind: 'moved' })
  expect(await openShards()).toEqual([0, 32, 32])
  expect(await movePhase(() => 'phase1', BOTH_SERVICES, ANYBODY, tools)).toMatchObject({ kind: 'moved' })
  expect(await openShards()).toEqual([64, 0, 0])
})

it('that was left closed on one of them is opened there by somebody else', async () => {
  const beforeStep = ({ kind }: { kind: string }) => {
    if (kind === 'tell') throw new Error('killed')
  }
  const dying = movePhase(() => 'phase2', BOTH_SERVICES, ANYBODY, { ...tools, beforeStep })
  await expect(dying).rejects.toThrow('killed')
  await databases[2]!.rows(`UPDATE ${FENCE_TABLE} SET open_epoch = NULL`)
  await expect.poll(() => resumeFlip(tools), { timeout: 60_000 }).toMatchObject({ kind: 'go-on' })
  expect(await openShards()).toEqual([0, 32, 32])
  expect((await tools.ledgers.sharded.read())?.state).toMatchObject({ phase: 'phase2', open: true })
})
