// The ladder's table against real engines: filled upwards, interrupted on the way, cleaned of what the load ordered.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { lowestOrderIdAt } from '../contracts/idempotency.ts'
import { asShard, type Shard, tableName } from '../contracts/shard.ts'
import { countRows, draftRung } from './build-dataset.ts'
import { fillRung, type RungFill, rungThere } from './fill-rung.ts'
import { checksums, type ScratchStores, scratchStores, seedDeps } from './scratch-stores.fixture.ts'
import { SMALL_PLAN, smallVolume } from './small-volume.fixture.ts'
import { readStoredDataset } from './store/dataset-store.ts'
import { rows } from './store/mysql-connection.ts'

const SHARD = asShard(7)
const volume = { ...smallVolume(), fullTableRows: 200_000 }
const rung = (orders: number, changes: Partial<RungFill> = {}): RungFill => ({
  volume,
  seed: 1,
  shard: SHARD,
  orders,
  reset: false,
  ...changes,
})

const itemsOf = (orders: number) =>
  countRows(draftRung(volume, { seed: 1, shard: SHARD, orders }), SMALL_PLAN).rows.order_items

let scratch: ScratchStores
beforeEach(async () => {
  scratch = await scratchStores('rung')
})
afterEach(() => scratch.remove())

const deps = (changes = {}) => seedDeps({ ...scratch.stores, elasticsearchUrl: null }, changes)
const sums = (shards: readonly Shard[] = [SHARD]) => checksums(scratch.connection, shards)
const indexes = () =>
  rows<{ Key_name: string }>(
    scratch.connection,
    `SHOW INDEX FROM ${tableName('orders', SHARD)} WHERE Key_name <> 'PRIMARY'`,
  )

describe('fillRung', () => {
  it('goes on where the rung before ended: the same rows as at one go', async () => {
    await fillRung(rung(2_000), deps())
    const { dataset, rowsWritten } = await fillRung(rung(6_000), deps())
    expect(rowsWritten).toBe(2 * 4_000 + (dataset.rows.order_items - itemsOf(2_000)))
    const step = await sums()
    await fillRung(rung(6_000, { reset: true }), deps())
    expect(await sums()).toEqual(step)
    expect((await indexes()).length).toBeGreaterThan(0)
  })

  it('leaves a rung that is there, and names it as a whole data set', async () => {
    await fillRung(rung(2_000), deps())
    expect((await fillRung(rung(2_000), deps())).rowsWritten).toBe(0)
    expect(await readStoredDataset(scratch.connection)).toMatchObject({
      state: 'finished',
      dataset: { fingerprint: draftRung(volume, { seed: 1, shard: SHARD, orders: 2_000 }).fingerprint },
    })
    expect(await rungThere(scratch.stores.mysql, rung(0))).toEqual({ kind: 'rung', orders: 2_000 })
  })

  it('removes what was ordered since, and nothing else', async () => {
    const { dataset } = await fillRung(rung(2_000), deps())
    const before = await sums()
    const later = lowestOrderIdAt(dataset.endMs + 1_000)
    const orders = tableName('orders', SHARD)
    await scratch.connection.query(
      `INSERT INTO ${orders} SELECT ? AS order_id, user_id, status, channel, region, item_count, amount_cents, created_at_ms, updated_at_ms, version FROM ${orders} LIMIT 1`,
      [later],
    )
    expect(await sums()).not.toEqual(before)
    await fillRung(rung(2_000), deps())
    expect(await sums()).toEqual(before)
  })

  it('interrupted between two chunks, continues there', async () => {
    const controller = new AbortController()
    const interrupted = fillRung(
      rung(150_000),
      deps({
        signal: controller.signal,
        startProgress: () => ({ update: () => controller.abort(new Error('interrupted')), stop: () => {} }),
      }),
    )
    await expect(interrupted).rejects.toThrow('interrupted')
    expect((await readStoredDataset(scratch.connection))?.state).toBe('seeding')
    const { rowsWritten, dataset } = await fillRung(rung(150_000), deps())
    expect(rowsWritten).toBeLessThan(dataset.rows.orders + dataset.rows.order_items + dataset.rows.payments)
    const [counted] = await rows<{ n: string }>(
      scratch.connection,
      `SELECT COUNT(*) AS n FROM ${tableName('orders', SHARD)}`,
    )
    expect(Number(counted?.n)).toBe(150_000)
  }, 60_000)

  it('refuses to go down, and another table, and says how', async () => {
    await fillRung(rung(6_000), deps())
    await expect(fillRung(rung(2_000), deps())).rejects.toMatchObject({ wayOut: expect.stringContaining('--reset') })
    await expect(fillRung(rung(8_000, { seed: 2 }), deps())).rejects.toMatchObject({
      what: expect.stringContaining('another table'),
    })
    await fillRung(rung(2_000, { seed: 2, reset: true }), deps())
    expect(await rungThere(scratch.stores.mysql, rung(0, { seed: 2 }))).toEqual({ kind: 'rung', orders: 2_000 })
  })
})
