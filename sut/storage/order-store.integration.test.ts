// One contract, two stores: everything that a service, the mirror, the import and a flip rely on, on the real tables of each.

import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { legacyNumberOf } from '../../contracts/legacy-number.ts'
import type { OrderId } from '../../contracts/order-id.ts'
import { shardOf, tableName } from '../../contracts/shard.ts'
import { STORE_NAMES, type StoreName } from '../../contracts/switches.ts'
import { type NewOrder, NO_BACKLOG, type OrderSnapshot, type OrderStore } from './order-store.ts'
import {
  bornOrder,
  movedTo,
  oldOrder,
  openTestStore,
  snapshotWith,
  type TestStore,
  within,
} from './two-stores.setup.ts'
import type { WholeOrder } from './whole-order.ts'

const EPOCH = 5
const GUARD = { epoch: EPOCH, markGap: true, tellsOld: false }
const POLL = { timeout: 20_000 }
/** MySQL brings its table of transactions up to date only where nobody has read it for 0.1 s. */
const TRANSACTIONS_POLL = { ...POLL, interval: 300 }
const WITHOUT_GAP = { epoch: EPOCH, markGap: false, tellsOld: false }

const wholeOf = ({ order, items, payment }: WholeOrder): WholeOrder => ({ order, items, payment })
const numberOf = (orderId: OrderId) => legacyNumberOf(orderId) as number

describe.each(STORE_NAMES)('the %s store', (name: StoreName) => {
  let test: TestStore
  let store: OrderStore
  let users = 0
  /** Of shards in turn; nobody has ordered yet. */
  const newUser = () => 1_000 + 67 * users++
  const find = ({ order }: WholeOrder) => store.find(order, within())
  const snapshotsOf = async (...ids: readonly OrderId[]) => (await store.snapshots(ids, within())).whole
  const gapOf = async (orderId: OrderId) => (await store.gaps(1_000, within())).find((gap) => gap.orderId === orderId)
  const placed = async (order: NewOrder): Promise<NewOrder> => {
    expect(await store.place(order, GUARD, within())).toBe('stored')
    return order
  }

  beforeAll(async () => {
    test = await openTestStore(name, inject('engines'))
    store = test.store
  })
  beforeEach(() => test.openFor(EPOCH))
  afterAll(() => test?.close())

  describe('what was placed', () => {
    it('is given back whole: to its owner, by id, by its old number, and as a snapshot', async () => {
      const born = await placed(bornOrder(newUser()))
      const { orderId, userId } = born.order
      expect(await find(born)).toEqual(wholeOf(born))
      expect(await store.find({ orderId, userId: userId + 64 }, within())).toBeNull()
      expect(await store.byIds([orderId, bornOrder(userId).order.orderId], within())).toEqual([born.order])
      const numbered = (legacyNo: number) => store.numbered({ userId, legacyNo }, within())
      expect(await numbered(numberOf(orderId))).toBe(orderId)
      expect(await numbered(numberOf(bornOrder(userId).order.orderId))).toBeNull()
      expect(await store.snapshots([orderId], within())).toEqual({
        whole: [snapshotWith(wholeOf(born), born.key)],
        unreadable: [],
      })
    })

    it('is listed newest first, page by page, for its user alone', async () => {
      const userId = newUser()
      const born = []
      for (let count = 0; count < 5; count++) born.push(await placed(bornOrder(userId)))
      await placed(bornOrder(userId + 64))
      const newestFirst = born.map(({ order }) => order).toReversed()
      const page = await store.list({ userId, limit: 3 }, within())
      expect(page).toEqual(newestFirst.slice(0, 3))
      expect(await store.list({ userId, limit: 3, before: page[2]!.orderId }, within())).toEqual(newestFirst.slice(3))
    })
  })

  describe('the old interfaces', () => {
    it('find a user’s orders page by page, whole and by their numbers, with all that there is in total', async () => {
      const userId = newUser()
      const born: NewOrder[] = []
      for (let nth = 0; nth < 5; nth++) born.push(await placed(bornOrder(userId)))
      await placed(bornOrder(userId + 64))
      const newestFirst = born.toReversed()
      const page = (offset: number) => store.numberedPage({ userId, limit: 2, offset }, within())
      const pages = [await page(0), await page(2), await page(4), await page(6)]
      expect(pages.map(({ total }) => total)).toEqual([5, 5, 5, 5])
      expect(pages.flatMap(({ orders }) => orders)).toEqual(
        newestFirst.map((order) => ({ ...wholeOf(order), legacyNo: legacyNumberOf(order.order.orderId) })),
      )
    })
  })

  describe('a key', () => {
    it('is one order, however many ask at once', async () => {
      const userId = newUser()
      const tries = Array.from({ length: 20 }, () => bornOrder(userId, 'the same key'))
      const outcomes = await Promise.all(tries.map((order) => store.place(order, GUARD, within())))
      expect(outcomes.filter((outcome) => outcome === 'stored')).toHaveLength(1)
      expect(outcomes.every((outcome) => ['stored', 'key-taken', 'key-in-flight'].includes(outcome))).toBe(true)
      const [order] = await store.list({ userId, limit: 10 }, within())
      const answer = await store.storedAnswer(tries[0]!.key, within())
      expect(answer).toEqual({
        requestHash: tries[0]!.key.requestHash,
        orderId: order?.orderId,
        amountCents: order?.amountCents,
      })
      expect(await store.place(bornOrder(userId, 'the same key'), GUARD, within())).toBe('key-taken')
      expect(await store.list({ userId, limit: 10 }, within())).toHaveLength(1)
    })

    it('comes along when its order is absorbed, and belongs to its user', async () => {
      const born = bornOrder(newUser(), 'absorbed')
      expect(await store.storedAnswer(born.key, within())).toBeNull()
      await store.absorb([snapshotWith(wholeOf(born), born.key)], within())
      expect(await store.storedAnswer(born.key, within())).toMatchObject({ orderId: born.order.orderId })
      expect(await store.place(bornOrder(born.order.userId, 'absorbed'), GUARD, within())).toBe('key-taken')
      expect(await store.place(bornOrder(born.order.userId + 64, 'absorbed'), GUARD, within())).toBe('stored')
    })

    it('is said to be in flight while another transaction holds it', async () => {
      const userId = newUser()
      const first = bornOrder(userId, 'in flight')
      const lane = test.pool.shard(shardOf(userId))
      await lane
        .transaction(within(), async (session) => {
          await session.executeAll(test.placementOf(first, GUARD))
          expect(await store.place(bornOrder(userId, 'in flight'), GUARD, within())).toBe('key-in-flight')
          throw new Error('undo')
        })
        .catch((error) => expect(error).toMatchObject({ message: 'undo' }))
    })
  })

  describe('the fence', () => {
    it.each([
      ['open for a later epoch', EPOCH + 1],
      ['closed', null],
    ])('refuses every write when it is %s, and nothing of it is stored', async (_, epoch) => {
      const born = await placed(bornOrder(newUser()))
      const { userId } = born.order
      await test.openFor(epoch)
      const before = await test.rowsPerTable(userId)
      expect(await store.place(bornOrder(userId), GUARD, within())).toBe('fenced')
      expect(await store.place(bornOrder(userId), WITHOUT_GAP, within())).toBe('fenced')
      expect(await store.change(wholeOf(born), movedTo(born, 'paid'), GUARD, within())).toBe('fenced')
      expect(await test.rowsPerTable(userId)).toEqual(before)
      expect(await find(born)).toEqual(wholeOf(born))
    })

    it('can be closed for one shard alone', async () => {
      const [one, other] = [newUser(), newUser()]
      await test.rows('UPDATE write_fence SET open_epoch = NULL WHERE shard = ?', [shardOf(one)])
      expect(await store.place(bornOrder(one), GUARD, within())).toBe('fenced')
      expect(await store.place(bornOrder(other), GUARD, within())).toBe('stored')
    })

    it('is not asked by a write without a guard', async () => {
      await test.openFor(null)
      const born = bornOrder(newUser())
      expect(await store.place(born, null, within())).toBe('stored')
      expect(await store.change(wholeOf(born), movedTo(born, 'paid'), null, within())).toBe('stored')
      expect(await gapOf(born.order.orderId)).toBeUndefined()
    })

    it('is closed only when the last write under way has ended, and that write is marked', async () => {
      const born = bornOrder(newUser())
      const flipper = await test.connect()
      const [isHeld, hold] = gate()
      const [isReleased, release] = gate()
      const writing = test.pool.shard(shardOf(born.order.userId)).transaction(within(), async (session) => {
        await session.executeAll(test.placementOf(born, GUARD))
        hold()
        await isReleased
      })
      await isHeld
      let isClosed = false
      const closing = flipper.query('UPDATE write_fence SET open_epoch = NULL').then(() => {
        isClosed = true
      })
      const waiting = "SELECT trx_id FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'"
      const waited = expect
        .poll(async () => isClosed || (await test.rows(waiting)).length === 1, TRANSACTIONS_POLL)
        .toBe(true)
      // Held on for ever it would hold up every test after it.
      await waited.finally(release)
      const wasClosedBefore = isClosed
      await writing
      await closing
      expect(wasClosedBefore).toBe(false)
      expect(await find(born)).toEqual(wholeOf(born))
      expect(await gapOf(born.order.orderId)).toMatchObject({ version: 1 })
      await flipper.end()
    })

    it('lets nothing be stored afterwards by a statement that its client gave up', async () => {
      const born = bornOrder(newUser())
      const table = name === 'legacy' ? 't_order' : tableName('orders', shardOf(born.order.userId))
      const [holder, flipper] = [await test.connect(), await test.connect()]
      await holder.query(`LOCK TABLES ${table} WRITE`)
      await expect(store.place(born, GUARD, within(300))).rejects.toMatchObject({ name: 'SutError' })
      await flipper.query('UPDATE write_fence SET open_epoch = NULL')
      await holder.query('UNLOCK TABLES')
      const stillThere = `SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND info LIKE '%INSERT INTO%'`
      await expect.poll(async () => (await test.rows(`${stillThere} AND id <> CONNECTION_ID()`)).length, POLL).toBe(0)
      expect(await snapshotsOf(born.order.orderId)).toEqual([])
      expect(await gapOf(born.order.orderId)).toBeUndefined()
      await Promise.all([holder.end(), flipper.end()])
    })
  })

  describe('a change', () => {
    it('moves order and payment together, once', async () => {
      const born = await placed(bornOrder(newUser()))
      const paid = movedTo(born, 'paid')
      expect(await store.change(wholeOf(born), paid, GUARD, within())).toBe('stored')
      expect(await find(born)).toEqual(paid)
      expect(await gapOf(born.order.orderId)).toMatchObject({ version: 2, sinceMs: born.order.updatedAtMs })
    })

    it('that was overtaken changes nothing, marks nothing and publishes nothing', async () => {
      const born = await placed(bornOrder(newUser()))
      const paid = movedTo(born, 'paid')
      await store.change(wholeOf(born), paid, GUARD, within())
      const before = await test.rowsPerTable(born.order.userId)
      expect(await store.change(wholeOf(born), movedTo(born, 'cancelled'), GUARD, within())).toBe('overtaken')
      const torn = { ...paid, payment: born.payment }
      expect(await store.change(torn, movedTo(torn, 'shipped'), GUARD, within())).toBe('overtaken')
      expect(await test.rowsPerTable(born.order.userId)).toEqual(before)
      expect(await find(born)).toEqual(paid)
      expect(await gapOf(born.order.orderId)).toMatchObject({ version: 2 })
    })

    it('is seen whole or not at all, by readers and by the mirror', async () => {
      const pairs = new Set<string>()
      for (let round = 0; round < 40; round++) {
        const born = await placed(bornOrder(newUser()))
        let isOver = false
        const changing = store.change(wholeOf(born), movedTo(born, 'paid'), GUARD, within()).finally(() => {
          isOver = true
        })
        do {
          const [found, snapshots] = await Promise.all([find(born), snapshotsOf(born.order.orderId)])
          pairs.add(`${found?.order.status} ${found?.payment.status}`)
          pairs.add(`${snapshots[0]?.order.status} ${snapshots[0]?.payments[0]?.status}`)
        } while (!isOver)
        expect(await changing).toBe('stored')
      }
      expect([...pairs].filter((pair) => pair !== 'placed pending' && pair !== 'paid captured')).toEqual([])
    })
  })

  describe('absorbing', () => {
    const history = (userId: number): readonly OrderSnapshot[] => {
      const born = bornOrder(userId)
      const paid = movedTo(born, 'paid')
      return [wholeOf(born), paid, movedTo(paid, 'shipped')].map((whole) => snapshotWith(whole, born.key))
    }
    const outcomes = async (snapshots: readonly OrderSnapshot[]) =>
      (await store.absorb(snapshots, within())).map(({ outcome }) => outcome)

    it('takes the state of a version, and no older one afterwards', async () => {
      const [first, second, third] = history(newUser()) as [OrderSnapshot, OrderSnapshot, OrderSnapshot]
      expect(await outcomes([third])).toEqual(['stored'])
      expect(await outcomes([first])).toEqual(['newer'])
      expect(await outcomes([second])).toEqual(['newer'])
      expect(await outcomes([third])).toEqual(['newer'])
      expect(await snapshotsOf(third.order.orderId)).toEqual([third])
    })

    it('ends with the newest in whatever order they come, also at once and in one round', async () => {
      for (const order of [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
      ]) {
        const all = history(newUser())
        const inOrder = order.map((at) => all[at]!)
        for (const snapshot of inOrder) await store.absorb([snapshot], within())
        expect(await snapshotsOf(all[2]!.order.orderId)).toEqual([all[2]])
        const [together, inOneRound] = [history(newUser()), history(newUser())]
        await Promise.all(order.map((at) => store.absorb([together[at]!], within())))
        expect(await snapshotsOf(together[2]!.order.orderId)).toEqual([together[2]])
        const told = await store.absorb(
          order.map((at) => inOneRound[at]!),
          within(),
        )
        expect(told.filter(({ outcome }) => outcome === 'stored')).toHaveLength(1)
        expect(await snapshotsOf(inOneRound[2]!.order.orderId)).toEqual([inOneRound[2]])
      }
    })

    it('takes a round of many users, marks no gap and publishes nothing', async () => {
      const round = Array.from({ length: 64 }, () => history(newUser())[0]!)
      const marked = (await store.backlog(within())).gaps
      expect(await outcomes(round)).toEqual(round.map(() => 'stored'))
      const ids = round.map(({ order }) => order.orderId)
      const found = await snapshotsOf(...ids)
      expect(found.toSorted(byId)).toEqual(round.toSorted(byId))
      expect((await store.backlog(within())).gaps).toBe(marked)
      const outbox = name === 'legacy' ? 'order_outbox' : tableName('outbox', shardOf(round[0]!.order.userId))
      expect(await test.rows(`SELECT 1 FROM ${outbox} WHERE order_id = ?`, [ids[0]])).toEqual([])
    })

    it('adds a payment that was tried later', async () => {
      const [first, second] = history(newUser()) as [OrderSnapshot, OrderSnapshot]
      await store.absorb([first], within())
      const [payment] = second.payments
      const failed = { ...payment!, status: 'voided' } as const
      const twice = { ...second, payments: [failed, { ...payment!, paymentNo: 2, version: 1 }] }
      expect(await outcomes([twice])).toEqual(['stored'])
      expect(await snapshotsOf(first.order.orderId)).toEqual([twice])
      expect((await find({ ...twice, payment: payment! }))?.payment).toMatchObject({ paymentNo: 2, status: 'captured' })
    })

    it('of an old order keeps the number that it had', async () => {
      const [snapshot] = history(newUser()) as [OrderSnapshot]
      const old = oldOrder(snapshot, 4_711 + users)
      expect(await outcomes([old])).toEqual(['stored'])
      expect(await snapshotsOf(old.order.orderId)).toEqual([old])
      const { userId, orderId } = old.order
      expect(await store.numbered({ userId, legacyNo: old.legacyNo }, within())).toBe(orderId)
    })

    it('parks an order whose number or key is another’s, moves neither, and stores the rest', async () => {
      const owner = await placed(bornOrder(newUser()))
      const [byNumber, byKey, sound] = [history(newUser())[0]!, history(owner.order.userId)[0]!, history(newUser())[0]!]
      const taken = oldOrder(byNumber, numberOf(owner.order.orderId))
      const old = oldOrder(history(newUser())[0]!, 9_001 + users)
      await store.absorb([old], within())
      const other = oldOrder(history(newUser())[0]!, old.legacyNo)
      const told = await store.absorb([taken, other, { ...byKey, key: owner.key }, sound], within())
      const reasons = new Map(told.map((one) => [one.orderId, one.outcome === 'parked' ? one.reason : one.outcome]))
      expect(reasons.get(taken.order.orderId)).toBe(
        `its number ${taken.legacyNo} is that of order ${owner.order.orderId}`,
      )
      expect(reasons.get(other.order.orderId)).toBe(`its number ${old.legacyNo} is that of order ${old.order.orderId}`)
      expect(reasons.get(byKey.order.orderId)).toBe(`its key is that of order ${owner.order.orderId}`)
      expect(reasons.get(sound.order.orderId)).toBe('stored')
      expect(await find(owner)).toEqual(wholeOf(owner))
      expect(await snapshotsOf(old.order.orderId)).toEqual([old])
      expect(await snapshotsOf(other.order.orderId, byKey.order.orderId)).toEqual([])
    })

    it('parks what it can never take, with the reason, and holds up nothing else', async () => {
      const [mixed, wide, sound, empty, strange] = Array.from({ length: 5 }, () => history(newUser())[0]!) as [
        OrderSnapshot,
        OrderSnapshot,
        OrderSnapshot,
        OrderSnapshot,
        OrderSnapshot,
      ]
      const poison = [
        { ...mixed, payments: mixed.payments.map((payment) => ({ ...payment, status: 'captured' as const })) },
        { ...wide, order: { ...wide.order, region: 70_000 } },
        { ...empty, payments: [] },
        { ...strange, order: { ...strange.order, userId: strange.order.userId + 1 } },
      ]
      const told = await store.absorb([...poison, sound], within())
      const parked = new Map(told.flatMap((one) => (one.outcome === 'parked' ? [[one.orderId, one.reason]] : [])))
      expect(parked.get(mixed.order.orderId)).toBe('it is placed, its payment captured')
      expect(parked.get(wide.order.orderId)).toBe('the store refuses its rows (MySQL error 1264)')
      expect(parked.get(empty.order.orderId)).toBe('it has no payment')
      expect(parked.get(strange.order.orderId)).toContain('its id is of shard')
      expect(parked.size).toBe(4)
      expect(await snapshotsOf(...poison.map(({ order }) => order.orderId))).toEqual([])
      expect(await snapshotsOf(sound.order.orderId)).toEqual([sound])
    })
  })

  describe('gaps', () => {
    it('are taken away up to the version that was told: a change in between stays marked', async () => {
      const born = await placed(bornOrder(newUser()))
      const { orderId } = born.order
      const read = (await gapOf(orderId))!
      expect(read).toEqual({ orderId, shard: shardOf(born.order.userId), version: 1, sinceMs: born.order.updatedAtMs })
      await store.change(wholeOf(born), movedTo(born, 'paid'), GUARD, within())
      await store.settle([read], within())
      expect(await gapOf(orderId)).toMatchObject({ version: 2 })
      await store.settle([{ orderId, version: 2 }], within())
      expect(await gapOf(orderId)).toBeUndefined()
    })

    it('are parked out of the way, named, counted, and tried again after the next change', async () => {
      const [born, other] = [await placed(bornOrder(newUser())), await placed(bornOrder(newUser()))]
      const { orderId } = born.order
      const before = await store.backlog(within())
      const reason = 'the other store cannot take it '.repeat(10)
      await store.park([{ orderId, version: 1, reason }], within())
      expect(await gapOf(orderId)).toBeUndefined()
      expect(await gapOf(other.order.orderId)).toBeDefined()
      const parked = (await store.parked(10, within())).find((one) => one.orderId === orderId)
      expect(parked).toMatchObject({ version: 1, reason: reason.slice(0, 200) })
      expect(await store.backlog(within())).toMatchObject({ gaps: before.gaps - 1, parked: before.parked + 1 })
      await store.change(wholeOf(born), movedTo(born, 'paid'), GUARD, within())
      expect(await gapOf(orderId)).toMatchObject({ version: 2 })
      await store.park([{ orderId, version: 1, reason }], within())
      expect(await gapOf(orderId)).toMatchObject({ version: 2 })
    })

    it('are given oldest first, and their age is that of the first change', async () => {
      await test.rows('DELETE FROM order_gaps')
      expect(await store.backlog(within())).toEqual(NO_BACKLOG)
      const born = []
      for (let count = 0; count < 6; count++) born.push(await placed(bornOrder(newUser())))
      await store.change(wholeOf(born[0]!), movedTo(born[0]!, 'paid'), GUARD, within())
      const oldest = await store.gaps(4, within())
      expect(oldest.map(({ orderId }) => orderId)).toEqual(born.slice(0, 4).map(({ order }) => order.orderId))
      const { gapsByShard, ...backlog } = await store.backlog(within())
      expect(backlog).toEqual({ gaps: 6, parked: 0, oldestSinceMs: born[0]!.order.updatedAtMs })
      const shards = new Set(born.map(({ order }) => shardOf(order.userId)))
      expect(gapsByShard.map(({ shard }) => shard)).toEqual([...shards].toSorted((one, other) => one - other))
      expect(gapsByShard.reduce((all, { gaps }) => all + gaps, 0)).toBe(6)
    })
  })
})

function byId(one: OrderSnapshot, other: OrderSnapshot): number {
  return one.order.orderId < other.order.orderId ? -1 : 1
}

/** A promise, and what resolves it. */
function gate(): readonly [Promise<void>, () => void] {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return [opened, () => open()]
}
