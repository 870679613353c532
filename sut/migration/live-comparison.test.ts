import fc from 'fast-check'
import { expect, it } from 'vitest'
import { bornOrder, snapshotWith } from '../storage/two-stores.setup.ts'
import { compareLive, isSampled } from './live-comparison.ts'
import { RememberedStore } from './remembered-store.fixture.ts'

const IDS = Array.from({ length: 5_000 }, (_, at) => bornOrder(at).order.orderId)

it('a sample is nested in every larger one, and about as large as was asked for', () => {
  const share = fc.integer({ min: 0, max: 1_000 })
  fc.assert(
    fc.property(share, share, (one, other) => {
      const [smaller, larger] = [Math.min(one, other), Math.max(one, other)]
      const sample = IDS.filter((orderId) => isSampled(orderId, smaller))
      expect(sample.filter((orderId) => !isSampled(orderId, larger))).toEqual([])
      // Five standard deviations of a binomial share.
      expect(Math.abs(sample.length / IDS.length - smaller / 1_000)).toBeLessThan(5 * Math.sqrt(0.25 / IDS.length))
    }),
    { numRuns: 30 },
  )
})

it('finds a difference in what is sampled', async () => {
  const [there, here] = [new RememberedStore(), new RememberedStore()]
  const [spoilt, sound] = [bornOrder(7), bornOrder(8)].map((born) => snapshotWith(born, born.key))
  there.put(spoilt!, sound!)
  here.put({ ...spoilt!, items: [] }, sound!)
  const authority = { ...there.store, idsAfter: async () => ({ orderIds: [...there.orders.keys()], upTo: null }) }
  const stores = { authority, other: here.store }
  const report = await compareLive(stores, { perMille: 1_000, durationMs: 100, signal: new AbortController().signal })
  expect(report).toMatchObject({ compared: 2, differing: 1, skipped: 0 })
  expect(new Set(report.differences.map(({ orderId }) => orderId))).toEqual(new Set([spoilt!.order.orderId]))
})
