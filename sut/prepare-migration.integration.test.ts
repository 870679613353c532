// An order system that is started just while a migration begins: what the beginning has closed stays closed.

import { afterEach, beforeEach, expect, it } from 'vitest'
import { FENCE_TABLE, SWITCHES_TABLE } from '../contracts/migration-tables.ts'
import { oneServer } from '../contracts/shard-map.ts'
import { STORE_NAMES } from '../contracts/switches.ts'
import type { BothDatabases } from './both-databases.ts'
import { prepareSwitches, refuseWithoutMonolith } from './prepare-migration.ts'
import { aloneAt } from './storage/job-lock.ts'
import { BEGINNING, beginMigration } from './switches/begin-migration.ts'
import { ANYBODY, newOrder, openTwoLedgers, type TwoLedgers, under } from './switches/two-ledgers.setup.ts'

let both: TwoLedgers
let databases: BothDatabases

beforeEach(async () => {
  both = await openTwoLedgers(400)
  const { legacy, sharded } = both.stores
  databases = { legacy: { url: legacy.database.url }, sharded: oneServer({ url: sharded.database.url }) }
  await prepareSwitches(databases)
})
afterEach(() => both?.close())

const openEpochs = () =>
  Promise.all(
    STORE_NAMES.map(async (name) => {
      const sql = `SELECT DISTINCT open_epoch FROM ${FENCE_TABLE}`
      const rows = await both.stores[name].database.rows<{ open_epoch: string | null }>(sql)
      return rows.map(({ open_epoch }) => (open_epoch === null ? null : Number(open_epoch)))
    }),
  )

it('opens each store for its own writers, also what a beginning that was killed has left closed', async () => {
  expect(await openEpochs()).toEqual([[0], [0]])
  for (const name of STORE_NAMES) await both.stores[name].ledger.closeUnbegun()
  expect(await openEpochs()).toEqual([[null], [null]])
  await prepareSwitches(databases)
  expect(await openEpochs()).toEqual([[0], [0]])
})

it('is refused while a migration is about to begin, and lets nobody in behind it', async () => {
  let whileClosed: unknown
  const begun = await aloneAt(databases.sharded[0], 'beginning', () =>
    beginMigration(ANYBODY, both.tools, async () => {
      await expect(prepareSwitches(databases)).rejects.toThrow('another beginning is under way')
      whileClosed = await openEpochs()
    }),
  )
  expect(begun).toBe(true)
  expect(whileClosed).toEqual([[null], [null]])
  expect(await openEpochs()).toEqual([[2], [null]])
  await prepareSwitches(databases)
  expect(await openEpochs()).toEqual([[2], [null]])
})

it('opens nothing where only one database was told of the beginning: the same command ends it', async () => {
  for (const name of STORE_NAMES) await both.stores[name].ledger.closeUnbegun()
  await both.stores.legacy.ledger.begin(BEGINNING)
  await prepareSwitches(databases)
  expect(await openEpochs()).toEqual([[null], [null]])
  expect(await both.write(newOrder(), 1, under('phase2', 0))).toBe('fenced')
  expect(await beginMigration(ANYBODY, both.tools)).toBe(true)
  expect(await openEpochs()).toEqual([[2], [null]])
})

it('lets no system start without the monolith from the beginning on until the end is final', async () => {
  const start = () => refuseWithoutMonolith(databases.sharded)
  await start()
  expect(await beginMigration(ANYBODY, both.tools)).toBe(true)
  await expect(start()).rejects.toThrow('cannot start without the monolith')
  await both.stores.sharded.database.rows(`UPDATE ${SWITCHES_TABLE} SET is_final = 1`)
  await start()
})
