import { describe, expect, it } from 'vitest'
import { bornOrder, movedTo, oldOrder, snapshotWith } from '../storage/two-stores.setup.ts'
import { beginImport, type ImportProgress, importOrders } from './import-orders.ts'
import { RememberedStore } from './remembered-store.fixture.ts'

const SINCE = { comparableSince: 7 }
const BEGUN = beginImport(null, SINCE)
const ORDERS = Array.from({ length: 45 }, (_, at) => {
  const born = bornOrder(300 + 7 * at)
  return oldOrder(snapshotWith(born, null), 1 + 2 * at)
})

function opened() {
  const [from, to] = [new RememberedStore(), new RememberedStore()]
  from.put(...ORDERS)
  const saved: ImportProgress[] = []
  const tools = {
    from: from.store,
    to: to.store,
    progress: {
      read: async () => saved.at(-1) ?? null,
      save: async (document: ImportProgress) => void saved.push(document),
      forget: async () => {},
    },
    signal: new AbortController().signal,
    onOrders: () => {},
  }
  return { from, to, tools, saved }
}

describe('an import', () => {
  it('takes over what is not there, and leaves what is there in this version or a later one', async () => {
    const { to, tools } = opened()
    const [first, second] = [ORDERS[0]!, ORDERS[1]!]
    const { order, items, payments } = second
    const paid = movedTo({ order, items, payment: payments[0]! }, 'paid')
    const newer = { ...second, order: paid.order, payments: [paid.payment] }
    to.put(first, newer)
    expect(await importOrders(BEGUN, tools)).toMatchObject({ imported: 43, skippedNewer: 2, parked: 0 })
    expect(to.orders.size).toBe(45)
    expect(to.orders.get(second.order.orderId)).toBe(newer)
  })

  it('puts aside what makes no order, and takes the others', async () => {
    const { from, to, tools } = opened()
    const { orderId } = ORDERS[4]!.order
    from.unreadable.set(orderId, 'status 7 is not one of a product order')
    expect(await importOrders(BEGUN, tools)).toMatchObject({ imported: 44, parked: 1 })
    expect(to.orders.has(orderId)).toBe(false)
    expect(from.marks.get(orderId)).toMatchObject({ parkedReason: 'status 7 is not one of a product order' })
  })

  it('goes on after a kill from the last page that was whole, and counts on', async () => {
    const { from, to, tools, saved } = opened()
    let looks = 0
    from.beforeLook = () => {
      looks++
      if (looks > 25) throw new Error('killed')
    }
    await expect(importOrders(BEGUN, tools)).rejects.toThrow('killed')
    const left = saved.at(-1)!
    expect(left).toMatchObject({ imported: 20, after: ORDERS[19]!.order.orderId })
    from.beforeLook = () => {}
    const { imported, skippedNewer } = await importOrders(left, tools)
    expect(imported + skippedNewer).toBe(45)
    expect(to.orders.size).toBe(45)
  })

  it('begins anew where orders changed unmarked since it stopped', () => {
    const left = { ...BEGUN, after: ORDERS[19]!.order.orderId, imported: 20 }
    expect(beginImport(left, SINCE)).toBe(left)
    expect(beginImport(left, { comparableSince: 8 })).toEqual({ ...BEGUN, markedSince: 8 })
  })

  it('that is only tried writes nothing, and says what would come of it', async () => {
    const { from, to, tools } = opened()
    const poison = ORDERS[7]!
    from.put({ ...poison, payments: poison.payments.map((payment) => ({ ...payment, status: 'captured' as const })) })
    to.put(ORDERS[0]!)
    expect(await importOrders(BEGUN, { ...tools, progress: null })).toMatchObject({
      imported: 43,
      skippedNewer: 1,
      parked: 1,
    })
    expect(to.orders.size).toBe(1)
    expect(from.marks.size).toBe(0)
  })
})
