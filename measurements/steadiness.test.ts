import { describe, expect, it } from 'vitest'
import { mix32, TWO_32 } from '../contracts/seeded-order.ts'
import { steadinessOf } from './steadiness.ts'

/** Noise without a trend: 10 ms ± 4 ms, repeatable. */
const noise = (at: number) => 4 * Math.sin(at * 12.9898) * Math.cos(at * 78.233)
const series = (count: number, ms: (at: number) => number) =>
  Array.from({ length: count }, (_, at) => ms(at) + noise(at))

describe('steadinessOf', () => {
  it.each([
    ['flat', (): number => 10, true],
    ['a slow drift of a fifth', (at: number) => 10 + at / 500, true],
    ['one stall of a sixth of the step', (at: number) => (at > 300 && at < 460 ? 500 : 10), true],
    ['a stall at the very beginning', (at: number) => (at < 100 ? 800 : 10), true],
    ['a growing backlog', (at: number) => 10 + at, false],
    ['a warm-up over the whole step', (at: number) => 10 + 200 * Math.exp(-at / 400), false],
    ['latency that doubles', (at: number) => 20 + at / 50, false],
  ])('of %s', (_, ms, steady) => {
    expect(steadinessOf(series(1000, ms), 1)?.steady).toBe(steady)
  })

  it('leaves growth alone that is too small to matter to anyone', () => {
    const climbing = series(1000, (at) => 6 + at / 100)
    expect(steadinessOf(climbing, 1)?.steady).toBe(false)
    expect(steadinessOf(climbing, 25)?.steady).toBe(true)
  })

  it('says by how much latency grew', () => {
    expect(
      steadinessOf(
        series(2000, (at) => 100 + at / 20),
        1,
      )?.endOverStart,
    ).toBeCloseTo(2, 0)
  })

  it('cannot tell from too little', () => {
    expect(
      steadinessOf(
        series(99, () => 10),
        1,
      ),
    ).toBeNull()
  })

  it('hardly ever calls exponential noise a trend', () => {
    const draw = (at: number) => (mix32(at + 1) + 0.5) / TWO_32
    const trends = Array.from({ length: 500 }, (_, step) =>
      steadinessOf(
        Array.from({ length: 300 }, (_, at) => -10 * Math.log(draw(step * 300 + at))),
        1,
      ),
    ).filter((verdict) => verdict?.steady === false)
    expect(trends.length).toBeLessThanOrEqual(5)
  })
})
