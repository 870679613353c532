import { describe, expect, it } from 'vitest'
import { diceOf } from '../contracts/dice.ts'
import { orderChooser, RECENCY_EXPONENT } from '../contracts/seeded-choice.ts'
import { seededOrder, TWO_32 } from '../contracts/seeded-order.ts'
import { asShard, shardOf } from '../contracts/shard.ts'
import { countItemsByShard, countRows, draftDataset, draftRung, expectRows, withItems } from './build-dataset.ts'
import { SMALL_PLAN, smallVolume } from './small-volume.fixture.ts'

const choice = { seed: 1, scale: 0.5, fullShards: [7] }
const wide = (extraBytesPerRow: number) => ({ ...SMALL_PLAN, orders: { ...SMALL_PLAN.orders, extraBytesPerRow } })

describe('draftDataset', () => {
  it('scales ordinary tables and fills full ones, users in step', () => {
    const { shards } = draftDataset(smallVolume(), choice)
    expect(shards[0]).toMatchObject({ shard: 0, orders: 1000, users: 45 })
    expect(shards[7]).toMatchObject({ shard: 7, orders: 20_000, users: 900 })
  })

  it('puts whales beyond every ordinary user, in their own shard', () => {
    const { shards, whales, firstWhaleIndex } = draftDataset(smallVolume(), choice)
    expect(whales).toHaveLength(64)
    for (const { userId, shard } of whales) expect(shardOf(userId)).toBe(shard)
    expect(firstWhaleIndex).toBeGreaterThanOrEqual(Math.max(...shards.map(({ users }) => users)))
  })

  it('ends its stairs at 2^32', () => {
    expect(draftDataset(smallVolume(), choice).activity.at(-1)).toEqual({ shareOfUsers: TWO_32, shareOfOrders: TWO_32 })
  })

  it.each([
    ['seed', { ...choice, seed: 2 }, smallVolume()],
    ['scale', { ...choice, scale: 0.4 }, smallVolume()],
    ['full shards', { ...choice, fullShards: [] }, smallVolume()],
    ['plan', choice, { ...smallVolume(), planHash: 'another' }],
    ['volume', choice, smallVolume(2_100)],
    ['width', choice, smallVolume(2_000, wide(200))],
  ])('has another fingerprint with another %s', (_, other, volume) => {
    const { fingerprint } = draftDataset(smallVolume(), choice)
    expect(draftDataset(smallVolume(), choice).fingerprint).toBe(fingerprint)
    expect(draftDataset(volume, other).fingerprint).not.toBe(fingerprint)
  })

  it('says how much wider its orders are, and nothing of it where they are not', () => {
    expect(draftDataset(smallVolume(2_000, wide(200)), choice).extraBytesPerRow).toBe(200)
    expect(draftDataset(smallVolume(), choice)).not.toHaveProperty('extraBytesPerRow')
  })

  it('counts every row', () => {
    const { rows } = countRows(draftDataset(smallVolume(), choice), SMALL_PLAN)
    expect(rows.orders).toBe(63 * 1000 + 20_000 + 41) // 41 ordinary tables round up
    expect(rows.payments).toBe(rows.orders)
    expect(rows.order_items / rows.orders).toBeCloseTo(1.7, 1)
  })

  it('counts the same in turns, and stops when told', async () => {
    const draft = draftDataset(smallVolume(), choice)
    const items = await countItemsByShard(draft, SMALL_PLAN, new AbortController().signal)
    expect(withItems(draft, items)).toEqual(countRows(draft, SMALL_PLAN))
    await expect(countItemsByShard(draft, SMALL_PLAN, AbortSignal.abort(new Error('Ctrl-C')))).rejects.toThrow('Ctrl-C')
  })

  it('expects what it would count', () => {
    const draft = draftDataset(smallVolume(), choice)
    const [counted, expected] = [countRows(draft, SMALL_PLAN).rows, expectRows(draft, SMALL_PLAN).rows]
    expect({ ...expected, order_items: 0 }).toEqual({ ...counted, order_items: 0 })
    expect(expected.order_items / counted.order_items).toBeCloseTo(1, 2)
  })
})

describe('a rung of the ladder', () => {
  const volume = smallVolume()
  const rung = (orders: number) => countRows(draftRung(volume, { seed: 1, shard: 7, orders }), SMALL_PLAN)

  it('is the beginning of the whole table, row by row', () => {
    const whole = countRows(draftDataset(volume, choice), SMALL_PLAN)
    for (const row of [0, 1, 499, 999]) {
      expect(seededOrder(rung(1_000), asShard(7), row)).toEqual(seededOrder(whole, asShard(7), row))
    }
    expect(() => seededOrder(rung(1_000), asShard(7), 1_000)).toThrow(RangeError)
  })

  it('is a data set of its own: another fingerprint, its own rows, and no other table has any', () => {
    expect(rung(1_000).fingerprint).not.toBe(rung(2_000).fingerprint)
    expect(rung(1_000).rows.orders).toBe(1_000)
    expect(
      rung(1_000)
        .shards.filter(({ orders }) => orders > 0)
        .map(({ shard }) => shard),
    ).toEqual([7])
  })

  it('is all that a load asks for', () => {
    const choose = orderChooser(rung(1_000), RECENCY_EXPONENT.usual)
    const last = seededOrder(rung(1_000), asShard(7), 999).createdAtMs
    for (let i = 0; i < 500; i++) {
      const { userId, createdAtMs } = choose(diceOf(1, i))
      expect(shardOf(userId)).toBe(7)
      expect(createdAtMs).toBeLessThanOrEqual(last)
    }
  })
})
