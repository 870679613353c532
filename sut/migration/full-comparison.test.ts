// Who decides what in a full comparison, on stores in memory: it finds exactly what was planted, goes on where it stopped, and
// says what is told to the switches.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { OrderId } from '../../contracts/order-id.ts'
import { NO_MIGRATION, type SwitchState } from '../../contracts/switches.ts'
import type { StoredComparison } from '../storage/comparison-table.ts'
import type { OrderSnapshot } from '../storage/order-store.ts'
import { bornOrder, snapshotWith } from '../storage/two-stores.setup.ts'
import type { Ledgers } from '../switches/store-ledger.ts'
import { beginOrGoOn, type ComparisonProgress, type ComparisonTools, compareInFull } from './full-comparison.ts'
import { RememberedStore } from './remembered-store.fixture.ts'

const STATE: SwitchState = {
  ...NO_MIGRATION,
  epoch: 4,
  phase: 'phase1',
  revision: 9,
  comparableSince: 7,
  isFinal: false,
}
const ORDERS: readonly OrderSnapshot[] = Array.from({ length: 60 }, (_, at) => {
  const born = bornOrder(100 + 7 * at)
  return snapshotWith(born, born.key)
})

function manyOrders(count: number): ReadonlyMap<OrderId, OrderSnapshot> {
  const all = Array.from({ length: count }, (_, at) => {
    const born = bornOrder(100 + at)
    return snapshotWith(born, born.key)
  })
  return new Map(all.map((snapshot) => [snapshot.order.orderId, snapshot]))
}

type Plant = 'none' | 'missing' | 'extra' | 'value' | 'item'

function opened(plants: readonly Plant[]) {
  const [there, here] = [new RememberedStore(), new RememberedStore()]
  ORDERS.forEach((snapshot, at) => {
    const plant = plants[at] ?? 'none'
    if (plant !== 'extra') there.put(snapshot)
    if (plant === 'value') here.put({ ...snapshot, legacyNo: snapshot.legacyNo + 1 })
    else if (plant === 'item') here.put({ ...snapshot, items: snapshot.items.slice(1) })
    else if (plant !== 'missing') here.put(snapshot)
  })
  const saved: StoredComparison[] = []
  let kept: ComparisonProgress | null = null
  const ledger = { saveComparison: async (comparison: StoredComparison) => void saved.push(comparison) }
  const tools: ComparisonTools = {
    stores: { authority: there.store, other: here.store },
    ledgers: { legacy: ledger, sharded: ledger } as unknown as Ledgers,
    progress: {
      read: async () => kept,
      save: async (document) => {
        kept = structuredClone(document)
      },
      forget: async () => {
        kept = null
      },
    },
    signal: new AbortController().signal,
    onCompared: () => {},
  }
  return { there, here, tools, saved, kept: () => kept }
}

const begin = (earlier: ComparisonProgress | null = null) => beginOrGoOn(earlier, STATE, () => 'a comparison')

describe('a full comparison', () => {
  it('finds exactly what was planted, wherever it lies', async () => {
    const plants = fc.array(fc.constantFrom<Plant>('none', 'none', 'none', 'missing', 'extra', 'value', 'item'), {
      minLength: ORDERS.length,
      maxLength: ORDERS.length,
    })
    await fc.assert(
      fc.asyncProperty(plants, async (planted) => {
        const { tools } = opened(planted)
        const { compared, differences, differing, missing, extra, lag } = await compareInFull(begin(), tools, false)
        const found = new Set(differences.map(({ orderId }) => orderId))
        const expected = ORDERS.filter((_, at) => planted[at] !== 'none').map(({ order }) => order.orderId)
        expect([...found].toSorted()).toEqual(expected.toSorted())
        expect({ compared, differing, lag }).toEqual({ compared: ORDERS.length, differing: expected.length, lag: 0 })
        expect(missing).toBe(planted.filter((plant) => plant === 'missing').length)
        expect(extra).toBe(planted.filter((plant) => plant === 'extra').length)
      }),
      // Between two looks it pauses for real.
      { numRuns: 8 },
    )
  })

  it('goes on after a kill where it was, under the revision that it began with', async () => {
    const whole = opened(['value', ...Array.from({ length: 57 }, () => 'none' as const), 'missing'])
    let looks = 0
    // As a kill does: half way, whatever is under way is lost.
    whole.there.beforeLook = () => {
      looks++
      if (looks > 40) throw new Error('killed')
    }
    await expect(compareInFull(begin(), whole.tools, false)).rejects.toThrow('killed')
    const left = whole.kept()
    expect(left?.compared).toBeGreaterThan(0)
    expect(left?.compared).toBeLessThan(ORDERS.length)
    whole.there.beforeLook = () => {}
    const reads: OrderId[] = []
    const { authority } = whole.tools.stores
    const counted = {
      ...authority,
      snapshots: async (ids: readonly OrderId[], context: never) => {
        reads.push(...ids)
        return await authority.snapshots(ids, context)
      },
    }
    const later = beginOrGoOn(left, { ...STATE, revision: 12 }, () => 'another comparison')
    const tools = { ...whole.tools, stores: { ...whole.tools.stores, authority: counted as typeof authority } }
    const { compared, differing } = await compareInFull(later, tools, false)
    expect({ compared, differing }).toEqual({ compared: ORDERS.length, differing: 2 })
    // The first order again, as it is a suspect, and none of the others that were done.
    expect(new Set(reads).size).toBe(ORDERS.length - (left?.compared ?? 0) + 1)
    expect(whole.saved.at(-1)).toEqual({
      comparisonId: 'a comparison',
      beganRevision: 9,
      hasEnded: true,
      compared: ORDERS.length,
      differences: 2,
    })
    expect(whole.kept()).toBeNull()
  })

  it('does not call different what was corrected while it went on', async () => {
    const { tools, there, here } = opened(['value', 'missing'])
    let looks = 0
    there.beforeLook = () => {
      looks++
      if (looks > 60) here.put(...ORDERS.slice(0, 2))
    }
    expect(await compareInFull(begin(), tools, false)).toMatchObject({ differing: 0, differences: [] })
  })

  it('stops where there are more differences than anybody reads, and has then not ended', async () => {
    const { tools, there, saved, kept } = opened([])
    const pages = new RememberedStore(5_000)
    for (const orders of [there.orders, manyOrders(20_100)]) pages.put(...orders.values())
    const other = new RememberedStore(5_000)
    const stores = { authority: pages.store, other: other.store }
    const report = await compareInFull(begin(), { ...tools, stores }, false)
    expect(report).toMatchObject({ isWhole: false, differing: 20_000, missing: 20_000 })
    expect(saved.at(-1)).toMatchObject({ hasEnded: false, differences: 20_000 })
    expect(kept()).toBeNull()
  })

  it('repairs what the authority knows, and leaves what it does not', async () => {
    const { tools, saved } = opened(['value', 'missing', 'extra', 'item'])
    const report = await compareInFull(begin(), tools, true)
    expect(report).toMatchObject({ repaired: 3, differing: 1, missing: 0, extra: 1 })
    expect(report.differences).toEqual([{ orderId: ORDERS[2]?.order.orderId, field: 'order', kind: 'extra' }])
    expect(saved.at(-1)).toMatchObject({ hasEnded: true, differences: 1 })
  })
})

describe('an earlier run', () => {
  const earlier = { ...begin(), after: ORDERS[3]!.order.orderId, compared: 4 }

  it('is gone on with while it still counts', () => {
    expect(begin(earlier)).toBe(earlier)
  })

  it('is left where phase 1 was entered since, or another store decides', () => {
    const anew = { after: null, compared: 0, suspects: [] }
    const revision = 20
    expect(beginOrGoOn(earlier, { ...STATE, revision, comparableSince: 15 }, () => 'new')).toMatchObject({
      ...anew,
      comparisonId: 'new',
      beganRevision: 20,
    })
    expect(beginOrGoOn(earlier, { ...STATE, revision, phase: 'phase2' }, () => 'new')).toMatchObject({
      ...anew,
      authority: 'sharded',
    })
  })
})
