import { expect, it } from 'vitest'
import type { OrderId } from '../../contracts/order-id.ts'
import type { OrderSnapshot } from '../storage/order-store.ts'
import { bornOrder, movedTo, snapshotWith, within } from '../storage/two-stores.setup.ts'
import { judgeOrders } from './judge-orders.ts'
import { RememberedStore } from './remembered-store.fixture.ts'

const BORN = bornOrder(7)
const { orderId } = BORN.order
const FIRST = snapshotWith(BORN, BORN.key)
const SECOND = snapshotWith(movedTo(BORN, 'paid'), BORN.key)
const OTHER_AMOUNT = { ...FIRST, order: { ...FIRST.order, amountCents: 1 } }

function stores(authority: OrderSnapshot | null, other: OrderSnapshot | null) {
  const [there, here] = [new RememberedStore(), new RememberedStore()]
  if (authority) there.put(authority)
  if (other) here.put(other)
  return { there, here }
}

async function judged({ there, here }: ReturnType<typeof stores>, pause = () => {}) {
  const looking = { within, pause: async () => pause() }
  const verdicts = await judgeOrders({ authority: there.store, other: here.store }, [orderId], looking)
  return verdicts.get(orderId)
}

const different = (field: string, kind: string) => ({
  kind: 'different',
  findings: expect.arrayContaining([{ orderId, field, kind }]),
})

it('finds alike what both stores say', async () => {
  expect(await judged(stores(FIRST, FIRST))).toEqual({ kind: 'alike' })
})

it('finds a field of one version that differs, and names no value', async () => {
  expect(await judged(stores(FIRST, OTHER_AMOUNT))).toEqual({
    kind: 'different',
    findings: [{ orderId, field: 'order.amountCents', kind: 'value' }],
  })
})

it('finds an order that one store does not have', async () => {
  expect(await judged(stores(FIRST, null))).toEqual(different('order', 'missing'))
  expect(await judged(stores(null, FIRST))).toEqual(different('order', 'extra'))
})

it('finds rows that make no order', async () => {
  const both = stores(FIRST, FIRST)
  both.here.unreadable.set(orderId, 'it has a payment and no order')
  expect(await judged(both)).toEqual(different('rows', 'unreadable'))
})

it('calls lag what is marked, and waits until it is told', async () => {
  const both = stores(SECOND, FIRST)
  both.there.marks.set(orderId, { orderId, version: 2, parkedReason: null })
  expect(await judged(both)).toEqual({ kind: 'lag' })
  expect(await judged(both, () => both.here.put(SECOND))).toEqual({ kind: 'alike' })
})

it('finds versions that differ where no mark says that they will not: the old code changed it', async () => {
  expect(await judged(stores(SECOND, FIRST))).toEqual(different('order.version', 'value'))
})

it('tells an order that changes with every look from one that differs', async () => {
  const both = stores(SECOND, FIRST)
  let version = 2
  const change = () => {
    version++
    both.there.put({ ...SECOND, order: { ...SECOND.order, version } })
  }
  expect(await judged(both, change)).toEqual({ kind: 'lag' })
})

it('reads the marks before the orders: what is told and unmarked between the two does not differ', async () => {
  const both = stores(SECOND, FIRST)
  both.there.marks.set(orderId, { orderId, version: 2, parkedReason: null })
  let looks = 0
  both.here.afterLook = () => {
    looks++
    if (looks < 2) return
    both.here.put(SECOND)
    both.there.marks.delete(orderId)
  }
  expect(await judged(both)).toEqual({ kind: 'alike' })
})

it('knows a parked order as that', async () => {
  const both = stores(FIRST, null)
  both.there.marks.set(orderId, { orderId, version: 1, parkedReason: 'cancelled, its payment captured' })
  expect(await judged(both)).toEqual({ kind: 'parked' })
})

it('judges many at once, each by itself', async () => {
  const both = stores(FIRST, OTHER_AMOUNT)
  const another = bornOrder(7 + 64)
  const alike = snapshotWith(another, another.key)
  both.there.put(alike)
  both.here.put(alike)
  const ids: readonly OrderId[] = [orderId, another.order.orderId]
  const verdicts = await judgeOrders({ authority: both.there.store, other: both.here.store }, ids, {
    within,
    pause: async () => {},
  })
  expect([...verdicts].map(([, { kind }]) => kind)).toEqual(['different', 'alike'])
})
