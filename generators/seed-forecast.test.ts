import { expect, it } from 'vitest'
import { draftDataset, ordersOf } from './build-dataset.ts'
import { seedDeps, seedOptions } from './scratch-stores.fixture.ts'
import { forecast, sayForecast } from './seed-forecast.ts'
import { SMALL_PLAN, smallVolume } from './small-volume.fixture.ts'
import type { Lane } from './store/lanes.ts'

const options = seedOptions()

function said(doneShare: number | null, of = options): string {
  const draft = draftDataset(of.volume, { seed: 1, scale: 1, fullShards: [] })
  const lines: string[] = []
  const lanes: readonly Lane[] =
    doneShare === null
      ? []
      : draft.shards.map(({ shard, orders }) => ({ shard, orders, done: orders * doneShare, indexed: false }))
  const deps = seedDeps({ mysql: { url: '' }, elasticsearchUrl: null }, { say: (line) => void lines.push(line) })
  sayForecast(draft, forecast(draft, of), lanes, of, deps)
  return lines.join('\n')
}

it('tells rows, bytes of each family and free disk', () => {
  const draft = draftDataset(options.volume, { seed: 1, scale: 1, fullShards: [] })
  expect(said(null)).toContain(`${ordersOf(draft).toLocaleString('en')} orders with items and payments`)
  expect(said(null)).toMatch(/orders \d+ MB, order_items \d+ MB, payments \d+ MB/)
  expect(said(null)).toMatch(/1000.0 GB are free/)
  expect(said(null)).toMatch(/^ {2}about \d+ s on two cores$/m)
})

it('takes longer for wider orders, and says how wide they are', () => {
  const wide = seedOptions(
    {},
    smallVolume(300_000, { ...SMALL_PLAN, orders: { ...SMALL_PLAN.orders, extraBytesPerRow: 1_000 } }),
  )
  const narrow = seedOptions({}, smallVolume(300_000))
  const [wideLines, narrowLines] = [wide, narrow].map((of) => said(null, of))
  const minutes = (lines = '') => Number(/about (\d+) min on two cores/.exec(lines)?.[1])
  expect(wideLines).toContain('each order 1000 bytes wider than its columns')
  expect(narrowLines).not.toContain('wider')
  // 19.2 million at 50 000/s are 384 s, and three quarters more.
  expect([minutes(narrowLines), minutes(wideLines)]).toEqual([7, 12])
})

it('tells what a continued run still has to do', () => {
  expect(said(0)).toBe(said(null))
  expect(said(0.75)).toMatch(/75.0 % are there already; the rest takes about \d+ s/)
  expect(said(1)).toContain('every row is there already: what is left is to build indexes')
})
