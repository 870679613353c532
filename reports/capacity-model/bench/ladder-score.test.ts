// A short seeded version of the benchmark of full tables: the promise of a prediction, kept or not.

import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { expect, test } from 'vitest'
import { scoreScene, within } from './ladder-score.ts'

test('twenty ladders of detail with a pool of a fifth: the top within 15 % and within its interval, nearly always', {
  timeout: 120_000,
}, () => {
  const generator = xoroshiro128plus(2)
  const { scores, refused } = scoreScene(
    { flow: 'detail', poolShare: 0.2, readMs: 1 },
    20,
    () => uniformFloat64(generator) + 2 ** -54,
  )
  expect(refused).toBe(0)
  for (const { ratios, held } of scores) {
    expect(within(ratios, 0.15)).toBeGreaterThanOrEqual(16)
    expect(held).toBeGreaterThanOrEqual(17)
  }
})
