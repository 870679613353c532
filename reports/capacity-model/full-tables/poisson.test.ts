import { expect, test } from 'vitest'
import { atMost } from './poisson.ts'

test('P(K ≤ n) from the table of any textbook', () => {
  expect(atMost(2, 2)).toBeCloseTo(0.6767, 4)
  expect(atMost(19, 20)).toBeCloseTo(0.4703, 4)
  expect(atMost(19, 1e6)).toBe(0)
  expect(atMost(-1, 1)).toBe(0)
})
