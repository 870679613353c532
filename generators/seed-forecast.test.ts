import { expect, it } from 'vitest'
import { draftDataset, ordersOf } from './build-dataset.ts'
import { seedDeps, seedOptions } from './scratch-stores.fixture.ts'
import { forecast, sayForecast } from './seed-forecast.ts'
import type { Lane } from './store/lanes.ts'

const options = seedOptions()
const draft = draftDataset(options.volume, { seed: 1, scale: 1, fullShards: [] })

function said(doneShare: number | null): string {
  const lines: string[] = []
  const lanes: readonly Lane[] =
    doneShare === null
      ? []
      : draft.shards.map(({ shard, orders }) => ({ shard, orders, done: orders * doneShare, indexed: false }))
  const deps = seedDeps({ mysql: { url: '' }, elasticsearchUrl: null }, { say: (line) => void lines.push(line) })
  sayForecast(draft, forecast(draft, options), lanes, options, deps)
  return lines.join('\n')
}

it('tells rows, bytes of each family and free disk', () => {
  expect(said(null)).toContain(`${ordersOf(draft).toLocaleString('en')} orders with items and payments`)
  expect(said(null)).toMatch(/orders \d+ MB, order_items \d+ MB, payments \d+ MB/)
  expect(said(null)).toMatch(/1000.0 GB are free/)
  expect(said(null)).toMatch(/^ {2}about \d+ s on two cores$/m)
})

it('tells what a continued run still has to do', () => {
  expect(said(0)).toBe(said(null))
  expect(said(0.75)).toMatch(/75.0 % are there already; the rest takes about \d+ s/)
  expect(said(1)).toContain('every row is there already: what is left is to build indexes')
})
