import { expect, it } from 'vitest'
import { bornOrder, snapshotWith } from '../storage/two-stores.setup.ts'
import { compareWithItself } from './control-comparison.ts'
import { RememberedStore } from './remembered-store.fixture.ts'

const { signal } = new AbortController()
const SNAPSHOTS = Array.from({ length: 5 }, (_, at) => {
  const born = bornOrder(100 + at)
  return snapshotWith(born, born.key)
})

function stored() {
  const remembered = new RememberedStore()
  remembered.put(...SNAPSHOTS)
  return remembered
}

it('a store is the same as itself', async () => {
  expect(await compareWithItself('legacy', stored().store, signal)).toEqual({ compared: 5, differences: 0 })
})

it('a store that reads another thing from the same rows each time ends the comparison', async () => {
  const remembered = stored()
  const [spoilt] = SNAPSHOTS
  // The sides in turn: what is read for the one is never what is read for the other.
  let reads = 0
  remembered.afterLook = () => {
    reads++
    remembered.put(reads % 2 === 0 ? spoilt! : { ...spoilt!, items: [] })
  }
  await expect(compareWithItself('sharded', remembered.store, signal)).rejects.toThrow(
    /order \d+ in the sharded store differs from itself/,
  )
})

it('rows that make no order are the same on both sides: they are told when the stores are compared', async () => {
  const remembered = stored()
  remembered.unreadable.set(SNAPSHOTS[1]!.order.orderId, 'it has no payment')
  expect(await compareWithItself('legacy', remembered.store, signal)).toEqual({ compared: 5, differences: 0 })
})
