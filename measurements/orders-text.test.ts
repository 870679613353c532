import { expect, it } from 'vitest'
import { orderLine, orderOfRequest, parseOrderLine } from '../contracts/workload.ts'
import { datasetFixture } from './fixtures/dataset.ts'
import { ordersText } from './orders-text.ts'

const dataset = datasetFixture()
const request = { schedule: [{ ratePerSecond: 10, seconds: 30 }], arrivals: 'poisson' } as const
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
