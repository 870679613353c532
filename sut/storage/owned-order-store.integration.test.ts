// What import, comparison and repair need of a store, on the real tables of each.

import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { legacyNumberOf } from '../../contracts/legacy-number.ts'
import { compareOrderIds, type OrderId } from '../../contracts/order-id.ts'
import { shardOf, tableName } from '../../contracts/shard.ts'
import { STORE_NAMES, type StoreName } from '../../contracts/switches.ts'
import { TakesWrites } from './fence.ts'
import type { OrderSnapshot, OwnedOrderStore } from './order-store.ts'
import {
  bornOrder,
  movedTo,
  oldOrder,
  openTestStore,
  snapshotWith,
  type TestStore,
  within,
} from './two-stores.setup.ts'

describe.each(STORE_NAMES)('the %s store, to its owner,', (name: StoreName) => {
  let test: TestStore
  let store: OwnedOrderStore
  let users = 0
  const newUser = () => 2_000 + 67 * users++
  const one = (): OrderSnapshot => {
    const born = bornOrder(newUser())
    return snapshotWith(born, born.key)
  }
  const stored = async (...snapshots: readonly OrderSnapshot[]) => {
    const absorbed = await store.absorb(snapshots, within())
    expect(absorbed.map(({ outcome }) => outcome)).toEqual(snapshots.map(() => 'stored'))
  }
  const found = async ({ order }: OrderSnapshot) => (await store.snapshots([order.orderId], within())).whole
  const overwritten = async (snapshot: OrderSnapshot) => {
    const [absorbed] = await store.overwrite([snapshot], within())
    return absorbed?.outcome === 'parked' ? absorbed.reason : absorbed?.outcome
  }

  beforeAll(async () => {
    test = await openTestStore(name, inject('engines'), 'owner')
    store = test.store
  })
  afterAll(() => test?.close())

  it('gives the ids of all orders, page by page, each once', async () => {
    const snapshots = Array.from({ length: 300 }, one)
    for (let from = 0; from < snapshots.length; from += 50) await stored(...snapshots.slice(from, from + 50))
    const given: OrderId[] = []
    for (let after: OrderId | null = null; ; ) {
      const { orderIds, upTo } = await store.idsAfter(after, 64, within())
      expect(orderIds.length).toBeLessThanOrEqual(256)
      given.push(...orderIds)
      if (upTo === null) break
      expect(after === null || compareOrderIds(upTo, after) > 0).toBe(true)
      after = upTo
    }
    const expected = snapshots.map(({ order }) => order.orderId).toSorted(compareOrderIds)
    expect(given).toEqual(expected)
    expect(await store.idsAfter(expected.at(-1)!, 64, within())).toEqual({ orderIds: [], upTo: null })
  })

  it('gives the id of a payment whose order is missing, and says that it is none', async () => {
    const orphan = one()
    await stored(orphan)
    const { orderId, userId } = orphan.order
    await (name === 'legacy'
      ? test.rows('DELETE FROM t_order WHERE order_id = ? AND payment_no = 0', [orderId])
      : test.rows(`DELETE FROM ${tableName('orders', shardOf(userId))} WHERE order_id = ?`, [orderId]))
    const before = String(BigInt(orderId) - 1n) as OrderId
    expect((await store.idsAfter(before, 64, within())).orderIds[0]).toBe(orderId)
    expect(await store.snapshots([orderId], within())).toMatchObject({ whole: [], unreadable: [{ orderId }] })
    expect(await overwritten(orphan)).toBe('stored')
    expect(await found(orphan)).toEqual([orphan])
  })

  it('says of rows that make no order which ones they are, and reads the others', async () => {
    const [strange, sound] = [one(), one()]
    await stored(strange, sound)
    const { orderId, userId } = strange.order
    const table = name === 'legacy' ? 't_order' : tableName('orders', shardOf(userId))
    await test.rows(`UPDATE ${table} SET status = 77 WHERE order_id = ?`, [orderId])
    const { whole, unreadable } = await store.snapshots([orderId, sound.order.orderId], within())
    expect(whole).toEqual([sound])
    expect(unreadable).toMatchObject([{ orderId, reason: expect.stringContaining('77') }])
    expect(await overwritten(strange)).toBe('stored')
    expect(await found(strange)).toEqual([strange])
  })

  describe('overwriting', () => {
    it('replaces all that an order of the same version is, also what never changes in its life', async () => {
      const right = oldOrder(one(), 700_001 + users)
      const born = bornOrder(right.order.userId)
      const wrong: OrderSnapshot = {
        order: {
          ...right.order,
          amountCents: 1,
          region: 1,
          channel: 'app',
          createdAtMs: right.order.createdAtMs,
          itemCount: 1,
        },
        items: [{ lineNo: 3, productId: 1, quantity: 9, unitPriceCents: 9 }],
        payments: [{ ...right.payments[0]!, method: 'wallet', amountCents: 2 }],
        legacyNo: right.legacyNo + 1,
        key: born.key,
      }
      await stored(wrong)
      expect(await store.absorb([right], within())).toMatchObject([{ outcome: 'parked' }])
      expect(await overwritten(right)).toBe('stored')
      expect(await found(right)).toEqual([right])
      const { userId, orderId } = right.order
      expect(await store.numbered({ userId, legacyNo: right.legacyNo }, within())).toBe(orderId)
      expect(await store.numbered({ userId, legacyNo: wrong.legacyNo }, within())).toBeNull()
      expect(await store.storedAnswer(born.key, within())).toBeNull()
      expect(await overwritten(right)).toBe('stored')
      expect(await found(right)).toEqual([right])
    })

    it('replaces an older version, stores what is not there, and never a newer one', async () => {
      const born = bornOrder(newUser())
      const first = snapshotWith(born, born.key)
      const second = snapshotWith(movedTo(born, 'paid'), born.key)
      expect(await overwritten(first)).toBe('stored')
      expect(await overwritten(second)).toBe('stored')
      expect(await found(first)).toEqual([second])
      expect(await overwritten(first)).toBe('newer')
      expect(await found(first)).toEqual([second])
    })

    it('takes no number and no key of another order', async () => {
      const owner = one()
      const born = bornOrder(owner.order.userId)
      const other = snapshotWith(born, born.key)
      await stored(owner, other)
      const byKey = { ...other, key: owner.key }
      expect(await overwritten(byKey)).toBe(`its key is that of order ${owner.order.orderId}`)
      const byNumber = oldOrder(one(), legacyNumberOf(owner.order.orderId)!)
      expect(await overwritten(byNumber)).toContain('its number')
      expect(await found(owner)).toEqual([owner])
      expect(await found(other)).toEqual([other])
      const [old, another] = [oldOrder(one(), 800_001 + users), oldOrder(one(), 800_001 + users)]
      const taker = { ...another, legacyNo: old.legacyNo }
      await stored(old)
      expect(await overwritten(taker)).toBe(`its number ${old.legacyNo} is that of order ${old.order.orderId}`)
      expect(await found(old)).toEqual([old])
      expect(await found(taker)).toEqual([])
    })

    it('is refused where the store takes writes: then it is the one that decides', async () => {
      const wrong = one()
      const right = { ...wrong, items: wrong.items.slice(1) }
      await stored(wrong)
      await test.openFor(5)
      try {
        await expect(store.overwrite([right], within())).rejects.toThrow(TakesWrites)
        expect(await found(wrong)).toEqual([wrong])
      } finally {
        await test.openFor(null)
      }
      expect(await overwritten(right)).toBe('stored')
      expect(await found(wrong)).toEqual([right])
    })

    it('marks nothing', async () => {
      const marked = await store.backlog(within())
      await store.overwrite([one(), one()], within())
      expect(await store.backlog(within())).toEqual(marked)
    })
  })

  describe('marks', () => {
    it('are read by order, waiting or parked', async () => {
      const [aside, none] = [one(), one()]
      const { orderId } = aside.order
      await store.setAside([{ orderId, version: 1, reason: 'no sense' }], within())
      expect(await store.marksOf([orderId, none.order.orderId], within())).toEqual([
        { orderId, version: 1, parkedReason: 'no sense' },
      ])
      expect((await store.parked(100, within())).map((parked) => parked.orderId)).toContain(orderId)
      await store.settle([{ orderId, version: 1 }], within())
      expect(await store.marksOf([orderId], within())).toEqual([])
    })

    it('of a later version are not put aside', async () => {
      const born = bornOrder(newUser())
      const { orderId } = born.order
      await test.openFor(5)
      await store.place(born, { epoch: 5, markGap: true, tellsOld: false }, within())
      await store.setAside([{ orderId, version: 0, reason: 'of what it was before' }], within())
      expect(await store.marksOf([orderId], within())).toEqual([{ orderId, version: 1, parkedReason: null }])
      await store.setAside([{ orderId, version: 1, reason: 'of what it is' }], within())
      expect(await store.marksOf([orderId], within())).toEqual([{ orderId, version: 1, parkedReason: 'of what it is' }])
    })
  })
})
