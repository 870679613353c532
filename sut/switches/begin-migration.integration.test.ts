// The beginning of a migration: from two stores that are open each for its own to one that decides.

import { afterEach, beforeEach, expect, it } from 'vitest'
import { FENCE_TABLE } from '../../contracts/migration-tables.ts'
import type { StoreName } from '../../contracts/switches.ts'
import { beginMigration } from './begin-migration.ts'
import { ANYBODY, newOrder, openTwoLedgers, type TwoLedgers, under } from './two-ledgers.setup.ts'

let both: TwoLedgers

beforeEach(async () => {
  both = await openTwoLedgers(400)
  for (const { ledger } of Object.values(both.stores)) {
    await ledger.prepareTables()
    await ledger.openUnbegun()
  }
})
afterEach(() => both?.close())

const epochs = async (store: StoreName) => {
  const rows = await both.stores[store].database.rows<{ open_epoch: string | null }>(
    `SELECT DISTINCT open_epoch FROM ${FENCE_TABLE}`,
  )
  return rows.map(({ open_epoch }) => (open_epoch === null ? null : Number(open_epoch)))
}

it('finds each store open for its own writers, closes both, and opens the monolith’s', async () => {
  expect([await epochs('legacy'), await epochs('sharded')]).toEqual([[0], [0]])
  let whileClosed: unknown
  const hasBegun = await beginMigration(ANYBODY, both.tools, async () => {
    whileClosed = [await epochs('legacy'), await epochs('sharded')]
  })
  expect(hasBegun).toBe(true)
  expect(whileClosed).toEqual([[null], [null]])
  expect([await epochs('legacy'), await epochs('sharded')]).toEqual([[2], [null]])
  expect(await both.write(newOrder(), 1, under('legacy', 0))).toBe('fenced')
  expect(await both.write(newOrder(), 1, under('legacy', 2))).toBe('stored')
})

it('is there once, whoever repeats it', async () => {
  await beginMigration(ANYBODY, both.tools)
  expect(await beginMigration(ANYBODY, both.tools, () => Promise.reject(new Error('not again')))).toBe(false)
  for (const { ledger } of Object.values(both.stores)) await ledger.openUnbegun()
  expect([await epochs('legacy'), await epochs('sharded')]).toEqual([[2], [null]])
})

it('waits for the writers that are inside', async () => {
  const order = newOrder(7)
  const writer = await both.writing(order, under('legacy', 0))
  let isIn: boolean | undefined
  const beginning = beginMigration(ANYBODY, both.tools, async () => {
    isIn = (await both.versionIn('legacy', order)) === 1
  })
  try {
    // The shards before the writer's are closed: it is being waited for.
    await expect.poll(() => epochs('legacy'), { timeout: 10_000, interval: 50 }).toEqual([null, 0])
    expect(isIn).toBeUndefined()
    await writer.rows('COMMIT')
  } finally {
    await writer.drop()
  }
  expect(await beginning).toBe(true)
  expect(isIn).toBe(true)
})

it('opens both again when what has to be settled cannot be', async () => {
  const settle = () => Promise.reject(new Error('the sharded tables hold orders'))
  await expect(beginMigration(ANYBODY, both.tools, settle)).rejects.toThrow('hold orders')
  expect([await epochs('legacy'), await epochs('sharded')]).toEqual([[0], [0]])
  expect(await both.write(newOrder(), 1, under('legacy', 0))).toBe('stored')
})
