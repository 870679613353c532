// Short seeded versions of the coverage benchmark: the promise of a 95 % interval, kept or not.

import { expect, test, vi } from 'vitest'
import { MODEL_ERROR_PER_DOUBLING } from '../usl-prediction.ts'
import { modelErrorPerDoubling } from './extrapolation.ts'
import { peakCoverage, runCoverage } from './known-truths.ts'

vi.setConfig({ testTimeout: 120_000 })

test('200 USL data sets: the interval of the peak holds the truth in 90 … 99 % of them, weighted as its noise is', () => {
  const { covered, withoutPeak } = peakCoverage(200, 'relative', 1)
  expect(withoutPeak).toBe(0)
  expect(covered).toBeGreaterThanOrEqual(180)
  expect(covered).toBeLessThanOrEqual(198)
})

test('10 runs of M/M/1 at ρ = 0.8: the run-level interval of p99 holds the truth in at least 85 %', () => {
  const { covered, trials } = runCoverage(40, { utilisation: 0.8, runs: 10, requestsPerRun: 20_000 }, 1)
  expect(covered / trials).toBeGreaterThanOrEqual(0.85)
})

test('the error the law is given beyond the data is the one it shows on published data', () => {
  expect(Math.abs(modelErrorPerDoubling() - MODEL_ERROR_PER_DOUBLING)).toBeLessThan(0.005)
})
