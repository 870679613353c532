import { describe, expect, test } from 'vitest'
import { fitRungLaw, type RungTerm } from './rung-law.ts'

const term = (name: string, prior: RungTerm['prior'] = null, canBeNegative = true): RungTerm => ({
  name,
  prior,
  canBeNegative,
})
const observed = (x: readonly number[], y: number, relativeError = 0.01) => ({ x, y, relativeError })

test('a law that holds is found, and its error shrinks with the errors of what was measured', () => {
  const law = (relativeError: number) =>
    fitRungLaw(
      [1, 2, 4].map((x) => observed([1, x], 3 + 2 * x, relativeError)),
      [term('level'), term('slope')],
    ).at([1, 10])
  expect(law(0.01).value).toBeCloseTo(23, 6)
  expect(law(0.02).standardError / law(0.01).standardError).toBeCloseTo(2, 6)
})

test('errors are shares: weighted least squares of the textbook, two points', () => {
  const { value, standardError } = fitRungLaw([observed([1], 10, 0.1), observed([1], 20, 0.1)], [term('level')]).at([1])
  // Weights 1 and 1/4; Birge's χ² of 1 degree: (10 − 12)² / 1 + (20 − 12)² / 4.
  expect(value).toBeCloseTo(12, 8)
  expect(standardError).toBeCloseTo(Math.sqrt((1 / (1 + 1 / 4)) * 20), 6)
})

describe('what is known beforehand', () => {
  test('decides where the rungs say nothing, and gives way where they do', () => {
    const prior = { mean: 5, sd: 1 }
    const silent = fitRungLaw([observed([1, 0], 10)], [term('level'), term('slope', prior)])
    expect(silent.coefficients[1]).toBeCloseTo(5, 6)
    expect(silent.at([0, 1]).standardError).toBeCloseTo(1, 6)
    const told = fitRungLaw(
      [observed([1, 0], 10, 1e-4), observed([1, 100], 210, 1e-4)],
      [term('level'), term('slope', prior)],
    )
    expect(told.coefficients[1]).toBeCloseTo(2, 2)
  })

  test('a column without an observation or a prior is left out, not divided by', () => {
    const law = fitRungLaw([observed([1, 0], 10), observed([1, 0], 10)], [term('level'), term('reads')])
    expect(law.coefficients).toEqual([expect.closeTo(10, 6), 0])
  })
})

test('work is never negative: held at zero, named, and as uncertain as before', () => {
  const falling = [observed([1, 0], 10, 0.05), observed([1, 1], 9, 0.05), observed([1, 2], 9, 0.05)]
  const law = fitRungLaw(falling, [term('level'), term('reads', null, false)])
  expect(law.coefficients[1]).toBe(0)
  expect(law.atBound).toEqual(['reads'])
  expect(law.at([1, 20]).standardError).toBeGreaterThan(3 * law.at([1, 1]).standardError)
})
