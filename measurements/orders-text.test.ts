import { expect, it } from 'vitest'
import { legacyNoOf } from '../contracts/legacy-numbers.ts'
import { LEGACY_FLOW } from '../contracts/plan.ts'
import { orderLine, orderOfRequest, parseOrderLine } from '../contracts/workload.ts'
import { datasetFixture } from './fixtures/dataset.ts'
import { ordersText } from './orders-text.ts'

const dataset = datasetFixture()
const request = {
  load: { weights: { list: 1 } },
  schedule: [{ ratePerSecond: 10, seconds: 30 }],
  arrivals: 'poisson',
} as const
const linesBy = (recencyExponent: number) =>
  ordersText(request, { dataset, plan: { recencyExponent }, runId: 'run-01' }).split('\n').slice(0, -1)

it('has an order for each request, chosen by the law of the plan', () => {
  for (const recencyExponent of [1, 3, 10]) {
    const orderOf = orderOfRequest(dataset, 'run-01', recencyExponent)
    expect(linesBy(recencyExponent)).toEqual(Array.from({ length: 300 }, (_, i) => orderLine(orderOf(i))))
  }
  const meanAge = (lines: readonly string[]) =>
    lines.reduce((sum, line) => sum + dataset.endMs - parseOrderLine(line).createdAtMs, 0) / lines.length
  expect(meanAge(linesBy(10))).toBeLessThan(meanAge(linesBy(1)) / 2)
})

it('names the monolith’s numbers of the same orders to a load on the monolith, and to no other', () => {
  const asked = { dataset, plan: { recencyExponent: 3 }, runId: 'run-01' }
  const legacy = ordersText({ ...request, load: { weights: { [LEGACY_FLOW]: 1 } } }, asked)
  const lines = legacy.split('\n').slice(0, -1).map(parseOrderLine)
  expect(lines.map(({ legacyNo }) => legacyNo)).toEqual(lines.map((order) => legacyNoOf(dataset, order)))
  expect(lines.map(({ legacyNo: _, ...order }) => order)).toEqual(linesBy(3).map(parseOrderLine))
})
