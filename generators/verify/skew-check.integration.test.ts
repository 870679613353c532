// One table with users enough to be judged, and users that are more equal than planned.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Dataset, SeededShard } from '../../contracts/dataset.ts'
import { type ScratchStores, scratchStores, seedDeps, seedOptions } from '../scratch-stores.fixture.ts'
import { seed } from '../seed.ts'
import { smallVolume } from '../small-volume.fixture.ts'
import { verifySkew } from './skew-check.ts'
import { drawnUsers, measureUserCv } from './user-skew.ts'

let scratch: ScratchStores
let dataset: Dataset
let table: SeededShard

beforeAll(async () => {
  scratch = await scratchStores('skew')
  const options = seedOptions({ fullShards: [7], shards: [7] }, { ...smallVolume(300), fullTableRows: 20_000 })
  dataset = (await seed(options, seedDeps({ ...scratch.stores, elasticsearchUrl: null }))).dataset
  table = dataset.shards[7] as SeededShard
})
afterAll(() => scratch.remove())

/** Says that table 7 has more rows than are grouped. */
const asTooLarge = ({ shards, ...others }: Dataset): Dataset => ({
  ...others,
  shards: shards.map((each) => (each.shard === 7 ? { ...each, orders: 6_000_000 } : each)),
})

describe('verifySkew', () => {
  it('finds users as unequal as planned, all of them or a sample', async () => {
    const { findings, figures } = await verifySkew(scratch.connection, dataset, [7])
    expect(findings).toEqual([])
    expect(figures.userCv).toMatchObject({ table: 'orders_07', users: table.users })

    const sample = drawnUsers(table).slice(0, 700)
    const { users, measured, planned } = await measureUserCv(scratch.connection, dataset, table, sample)
    expect(users).toBe(700)
    expect(Math.abs(measured / planned - 1)).toBeLessThan(0.1)
  })

  it('finds users that are more equal, in all of them and in a sample', async () => {
    await scratch.connection.query(
      `UPDATE orders_07 SET user_id = 64 * (1 + (order_id >> 22) % ${table.users}) + 7 WHERE user_id <= 64 * ${table.users} + 7`,
    )
    const { findings } = await verifySkew(scratch.connection, dataset, [7])
    expect(findings).toEqual([
      expect.objectContaining({
        check: 'skew',
        where: 'orders_07',
        what: 'users are not as unequal as planned',
        samples: [expect.stringMatching(/^CV of orders per user 0\.\d+, planned 1\.\d+$/)],
      }),
    ])
    const sampled = await verifySkew(scratch.connection, asTooLarge(dataset), [7])
    expect(sampled.findings.map(({ what }) => what)).toContain('users are not as unequal as planned')
  })

  it('judges no sample without an index to read it from', async () => {
    await scratch.connection.query('ALTER TABLE orders_07 DROP KEY user_orders')
    const { figures } = await verifySkew(scratch.connection, asTooLarge(dataset), [7])
    expect(figures.userCv).toEqual({ notJudged: 'orders_07 has no index by user, and is too large without' })
  })
})
