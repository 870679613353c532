import { expect, test } from 'vitest'
import { atMost, listedOrders } from './poisson.ts'

test('P(K ≤ n) from the table of any textbook', () => {
  expect(atMost(2, 2)).toBeCloseTo(0.6767, 4)
  expect(atMost(19, 20)).toBeCloseTo(0.4703, 4)
  expect(atMost(19, 1e6)).toBe(0)
  expect(atMost(-1, 1)).toBe(0)
})

test('a page of 20 shows one order of who has just begun, and twenty of who orders a lot', () => {
  expect(listedOrders(0, 20)).toBe(1)
  expect(listedOrders(2, 20)).toBeCloseTo(3, 6)
  expect(listedOrders(1000, 20)).toBeCloseTo(20, 6)
})
