// The procedure against a known truth: simulated blocks of requests on a machine whose speed drifts and swings.

import fc from 'fast-check'
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { describe, expect, it } from 'vitest'
import { latencyOf } from '../measurements/percentiles.ts'
import { judgeRatio, latencyRatio, type RatioVerdict, type Round } from './latency-ratio.setup.ts'

const WANTED = 1.1
const ROUNDS = 6
const REQUESTS = 200
const EXPERIMENTS = 1_000
/** From one block to the next: it gets slower all the while, and swings by a tenth either way. */
const DRIFT = 0.02
const SWING = 0.1

type Uniform = () => number

function uniformFrom(seed: number): Uniform {
  const generator = xoroshiro128plus(seed)
  return () => uniformFloat64(generator)
}

function simulatedRounds(ratio: number, uniform: Uniform): readonly Round[] {
  let level = 1
  const p95 = (factor: number) => {
    level *= 1 + DRIFT + (uniform() < 0.5 ? -SWING : SWING)
    const times = Array.from({ length: REQUESTS }, () => -Math.log(1 - uniform()) * level * factor)
    return latencyOf(times).p95Ms ?? Number.NaN
  }
  return Array.from({ length: ROUNDS }, () => [p95(1), p95(ratio), p95(ratio), p95(1)])
}

/** Of a thousand experiments: how many say what. */
function verdictsAt(ratio: number): Readonly<Record<RatioVerdict, number>> {
  const uniform = uniformFrom(20_261_126)
  const counts = { kept: 0, exceeded: 0, undecided: 0 }
  for (let experiment = 0; experiment < EXPERIMENTS; experiment++) {
    counts[judgeRatio(latencyRatio(simulatedRounds(ratio, uniform)), WANTED)]++
  }
  return counts
}

describe('the ratio of latencies', () => {
  it('is not refuted where nothing changed, and often enough proven', () => {
    const { kept, exceeded } = verdictsAt(1)
    expect(exceeded).toBeLessThanOrEqual(0.01 * EXPERIMENTS)
    expect(kept).toBeGreaterThan(0.2 * EXPERIMENTS)
  })

  it('is refuted where all take half as long again, and never proven', () => {
    const { kept, exceeded } = verdictsAt(1.5)
    expect(kept).toBe(0)
    expect(exceeded).toBeGreaterThan(0.9 * EXPERIMENTS)
  })

  it('at the limit itself is rarely called anything', () => {
    const { kept, exceeded } = verdictsAt(WANTED)
    expect(kept + exceeded).toBeLessThanOrEqual(0.07 * EXPERIMENTS)
  })

  it('of a machine that gets slower all the while, and of nothing else, is 1', () => {
    const rounds = Array.from({ length: ROUNDS }, (_, round) => {
      const at = (block: number) => 1.03 ** (4 * round + block)
      return [at(0), at(1), at(2), at(3)] as const
    })
    const { median, low, high } = latencyRatio(rounds)
    expect(median).toBeCloseTo(1, 2)
    expect(low).toBeLessThan(1)
    expect(high).toBeGreaterThan(1)
  })

  it('law: blocks that take k times as long have k times the ratio, between its bounds', () => {
    const time = fc.double({ min: 0.1, max: 1_000, noNaN: true })
    const rounds = fc.array(fc.tuple(time, time, time, time), { minLength: 3, maxLength: 12 })
    fc.assert(
      fc.property(rounds, fc.double({ min: 0.1, max: 10, noNaN: true }), (plain, k) => {
        const one = latencyRatio(plain)
        const other = latencyRatio(plain.map(([before, early, late, after]) => [before, k * early, k * late, after]))
        expect(one.low).toBeLessThanOrEqual(one.median)
        expect(one.median).toBeLessThanOrEqual(one.high)
        expect(one.coverage).toBeGreaterThanOrEqual(0.95)
        for (const bound of ['low', 'median', 'high'] as const) {
          expect(other[bound] / one[bound]).toBeCloseTo(k, 6)
        }
      }),
    )
  })

  it('is not known from two rounds', () => {
    const rounds = simulatedRounds(1, uniformFrom(1)).slice(0, 2)
    expect(() => latencyRatio(rounds)).toThrow('needs 6')
  })
})

describe('a judgement', () => {
  it.each<[RatioVerdict, number, number]>([
    ['kept', 0.9, 1.1],
    ['kept', 0.5, 0.8],
    ['exceeded', 1.11, 1.3],
    ['undecided', 1.1, 1.2],
    ['undecided', 0.9, 1.11],
  ])('%s: %f to %f, of 1.1 at most', (verdict, low, high) => {
    expect(judgeRatio({ low, high }, WANTED)).toBe(verdict)
  })
})
