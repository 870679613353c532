import { describe, expect, it } from 'vitest'
import { chooseScale } from './choose-scale.ts'
import { smallVolume } from './small-volume.fixture.ts'

const GB = 1e9
const ample = {
  freeDiskBytes: 5_000 * GB,
  memoryBytes: 5_000 * GB,
  timeBudgetSeconds: 100_000,
  volume: smallVolume(1e6),
}

describe('chooseScale', () => {
  it('takes the whole plan where nothing is scarce', () => {
    expect(chooseScale(ample)).toMatchObject({ scale: 1, why: 'the whole plan fits' })
    expect(chooseScale({ ...ample, freeDiskBytes: null })).toMatchObject({ scale: 1 })
  })

  it.each([
    ['disk', { freeDiskBytes: 5 * GB }, /half of the 5.00 GB of free disk/],
    ['memory', { memoryBytes: 2 * GB }, /half of the 2.00 GB of memory/],
    ['time', { timeBudgetSeconds: 60 }, /about 60 s/],
  ])('obeys scarce %s, and says so', (_, scarce, why) => {
    const choice = chooseScale({ ...ample, ...scarce })
    expect(choice.scale).toBeLessThan(1)
    expect(choice.why).toMatch(why)
    expect(choice.orders).toBe(Math.round(choice.scale * 64_000_063))
  })

  it('never leaves a table without rows', () => {
    const { orders } = chooseScale({ ...ample, timeBudgetSeconds: 1, memoryBytes: 1 })
    expect(orders / 64).toBeGreaterThan(400)
  })
})
