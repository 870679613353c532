import { describe, expect, it } from 'vitest'
import { LADDER_FLOWS, type LadderAsked } from '../../contracts/ladder.ts'
import { piecesOf } from './ladder-pieces.ts'
import { leastSeconds, secondsLeft, secondsOfLadder, timesWithin } from './ladder-times.ts'

const FULL: LadderAsked = {
  planHash: 'plan',
  seed: 1,
  shard: 7,
  rungs: [1e6, 5e6, 15e6, 50e6],
  flows: LADDER_FLOWS,
  studies: true,
}
const SMALL = { ...FULL, rungs: [1e6, 5e6] }

describe('a budget', () => {
  it('holds the whole ladder in 75 minutes, and the small one in 35', () => {
    expect(timesWithin(FULL, 75 * 60)?.seconds).toBeLessThanOrEqual(75 * 60)
    expect(timesWithin(SMALL, 35 * 60)?.seconds).toBeLessThanOrEqual(35 * 60)
  })

  it('that is longer gives searches and holds more, up to what adds no more', () => {
    const short = timesWithin(SMALL, leastSeconds(SMALL))
    const long = timesWithin(SMALL, 60 * 60)
    const endless = timesWithin(SMALL, Number.POSITIVE_INFINITY)
    expect(long?.times.searchSeconds).toBeGreaterThan(short?.times.searchSeconds ?? 0)
    expect(endless?.times.holdSeconds).toBe(20)
  })

  it('goes into the search at the top rung first', () => {
    const times = timesWithin(FULL, 75 * 60)?.times
    expect(times?.topSearchSeconds).toBeGreaterThan(1.5 * (times?.searchSeconds ?? 0))
  })

  it('that is too short is refused, not overrun', () => {
    expect(timesWithin(FULL, leastSeconds(FULL) - 1)).toBeNull()
  })
})

it('says what is left at the pace of what is done, within reason', () => {
  const timed = timesWithin(SMALL, 35 * 60)
  if (timed === null) throw new Error('does not fit')
  const open = piecesOf(SMALL)
  const whole = secondsOfLadder(SMALL, timed.times)
  const left = (estimatedSeconds: number, spentSeconds: number) =>
    secondsLeft(open, SMALL, timed.times, { estimatedSeconds, spentSeconds })
  expect(left(0, 0)).toBeCloseTo(whole)
  expect(left(100, 200)).toBeCloseTo(2 * whole)
  expect(left(1, 100)).toBeCloseTo(3 * whole)
})
