// Rows per table against order statistics, balls in bins, and Zipf activity simulated by brute force.

import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import type { ShardsQuestion } from '../../contracts/capacity-model/shards.ts'
import { expectedNormalMaximum } from './normal-maximum.ts'
import { shardSkew } from './shard-skew.ts'

vi.setConfig({ testTimeout: 60_000 })

const ask = (question: Partial<ShardsQuestion>) =>
  shardSkew({
    users: 64e6,
    shards: 64,
    meanRowsPerUser: 50,
    cvRowsPerUser: 1,
    hashedIds: false,
    limits: [],
    heavyKeys: [],
    seed: 1,
    ...question,
  })

test('the largest of 8 … 128 normals', () => {
  const published = { 8: 1.4236, 16: 1.766, 32: 2.0697, 64: 2.34373, 128: 2.5946 }
  for (const [n, value] of Object.entries(published)) expect(expectedNormalMaximum(Number(n))).toBeCloseTo(value, 4)
  expect(expectedNormalMaximum(1)).toBeCloseTo(0, 9)
})

describe('normal', () => {
  test('64 M users, CV 1: tables vary by 0.1 %, yet a mean of 49.9 M passes 50 M somewhere with P = 0.77', () => {
    const answer = ask({ meanRowsPerUser: 49.9, limits: [50e6] })
    expect(answer.method).toBe('normal')
    expect(answer.tableSd / answer.tableMean).toBeCloseTo(0.001, 9)
    expect(answer.exceed[0]?.anyTable).toBeCloseTo(0.77, 2)
  })

  test('balls in bins: 10⁴ into 64 → 185.32 normal, 186.25 true (Raab–Steger’s bound says 192.30); 10⁶ and 10⁸', () => {
    const balls = (users: number) => ask({ users, meanRowsPerUser: 1, cvRowsPerUser: 0, hashedIds: true }).expectedMax
    expect(balls(1e4)).toBeCloseTo(185.32, 2)
    expect(Math.abs(balls(1e4) / 186.25 - 1)).toBeLessThan(0.006)
    expect(Math.abs(balls(6.4e4) / 1074.95 - 1)).toBeLessThan(0.002)
    expect(balls(1e6) / (1e6 / 64)).toBeCloseTo(1.0188, 3)
    expect(balls(1e8) / (1e8 / 64)).toBeCloseTo(1.00188, 4)
  })

  test('equal users on dense ids leave nothing to chance', () => {
    const answer = ask({ users: 130, meanRowsPerUser: 10, cvRowsPerUser: 0, limits: [20, 29, 30] })
    expect(answer.expectedMax).toBe(30)
    // Two of 64 tables have one user more.
    expect(answer.tableSd).toBeCloseTo(10 * Math.sqrt((2 / 64) * (62 / 64)), 12)
    expect(ask({ users: 128, cvRowsPerUser: 0 }).tableSd).toBe(0)
    expect(answer).not.toHaveProperty('replicates')
    const oneTable = ask({ users: 10, shards: 1, cvRowsPerUser: 0, hashedIds: true, limits: [499] })
    expect(oneTable).toMatchObject({ expectedMax: 500, tableSd: 0, exceed: [{ anyTable: 1 }] })
    expect(answer.exceed.map(({ anyTable }) => anyTable)).toEqual([1, 1, 0])
    expect(answer.exceed[1]?.oneTable).toBeCloseTo(2 / 64, 12)
  })
})

/** Zipf activity over a million users: the heaviest thousand by name, the rest by mean and spread. */
function zipfUsers(exponent: number, users: number) {
  const masses = Array.from({ length: users }, (_, i) => (i + 1) ** -exponent)
  const total = masses.reduce((sum, mass) => sum + mass, 0)
  const cvOf = (list: readonly number[]) => {
    const mean = list.reduce((sum, mass) => sum + mass, 0) / list.length
    return Math.sqrt(list.reduce((sum, mass) => sum + (mass / mean - 1) ** 2, 0) / list.length)
  }
  return {
    cv: cvOf(masses),
    restCv: cvOf(masses.slice(1000)),
    heavyKeys: masses.slice(0, 1000).map((mass) => ({ share: mass / total })),
  }
}

describe('heavy keys', () => {
  const published = [
    [0.5, 1.039, 1.03],
    [0.8, 1.86, 1.38],
    [1.0, 5.4, 2.7],
  ] as const
  test.each(published)(
    'Zipf %d over 10⁶ users: E[max]/mean %d, where the normal approximation says %d',
    (exponent, simulated, normal) => {
      const users = 1e6
      const { cv, restCv, heavyKeys } = zipfUsers(exponent, users)
      const known = ask({ users, cvRowsPerUser: restCv, heavyKeys })
      expect(known.method).toBe('known-keys')
      expect(Math.abs(known.expectedMax / known.tableMean / simulated - 1)).toBeLessThan(0.02)
      const assumed = 1 + (expectedNormalMaximum(64) * cv) / Math.sqrt(users / 64)
      expect(Math.abs(assumed / normal - 1)).toBeLessThan(0.02)
      if (exponent >= 0.8) expect(ask({ users, cvRowsPerUser: cv }).method).toBe('simulation')
    },
  )

  test('one user with a tenth of all rows: the floor is 64·0.1 + 0.9 = 7.3 times the mean', () => {
    const answer = ask({ heavyKeys: [{ share: 0.1 }], limits: [100e6, 400e6] })
    expect(answer.maxOverMeanFloor).toBeCloseTo(7.3, 12)
    expect(answer.expectedMax / answer.tableMean).toBeCloseTo(7.3, 2)
    expect(answer.exceed.map(({ anyTable }) => anyTable)).toEqual([1, 0])
    expect(answer.exceed[0]?.oneTable).toBeCloseTo(1 / 64, 9)
  })
})

describe('simulation', () => {
  test('agrees with the normal answer where both hold', () => {
    const hashed = { users: 64 * 29, meanRowsPerUser: 1, cvRowsPerUser: 0, hashedIds: true, limits: [40] }
    const simulated = ask(hashed)
    const normal = ask({ ...hashed, users: 64 * 30 })
    expect([simulated.method, normal.method]).toEqual(['simulation', 'simulation'])
    const many = ask({ ...hashed, users: 64 * 120, limits: [150] })
    expect(many.method).toBe('normal')
    expect(simulated.expectedMax).toBeGreaterThan(29 + 2.34 * Math.sqrt(29) * 0.97)
  })

  test('the same seed gives the same answer, another seed nearly the same', () => {
    const skewed = { users: 1e6, cvRowsPerUser: 10, limits: [2e6] }
    expect(ask(skewed)).toEqual(ask(skewed))
    const other = ask({ ...skewed, seed: 2 })
    expect(other.expectedMax).not.toBe(ask(skewed).expectedMax)
    expect(Math.abs(other.expectedMax / ask(skewed).expectedMax - 1)).toBeLessThan(0.05)
  })

  test('it says from how many replicates and how surely: other seeds fall within a few standard errors', () => {
    const skewed = { users: 1e6, cvRowsPerUser: 10, limits: [1e6] }
    const answers = Array.from({ length: 4 }, (_, seed) => ask({ ...skewed, seed }))
    const mean = answers.reduce((sum, one) => sum + one.expectedMax, 0) / answers.length
    for (const { expectedMax, expectedMaxStandardError = 0, replicates, exceed } of answers) {
      expect(replicates).toBeGreaterThanOrEqual(20)
      expect(expectedMaxStandardError).toBeGreaterThan(0)
      expect(Math.abs(expectedMax - mean)).toBeLessThan(5 * expectedMaxStandardError)
      expect(exceed[0]?.anyTableStandardError).toBeGreaterThanOrEqual(0)
    }
  })

  test('draws that miss the rare heavy users still leave the fullest table above the mean', () => {
    for (const seed of [1, 2, 3]) {
      const answer = ask({ users: 100, shards: 4, cvRowsPerUser: 1000, seed })
      expect(answer.expectedMax).toBeGreaterThanOrEqual(answer.tableMean)
    }
  })

  test('moments survive the split into tail and body', () => {
    const answer = ask({ users: 6.4e5, cvRowsPerUser: 3, limits: [] })
    expect(answer.method).toBe('simulation')
    expect(answer.expectedMax / answer.tableMean).toBeGreaterThan(1 + (2 * 3) / 100)
    expect(answer.expectedMax / answer.tableMean).toBeLessThan(1 + (3.2 * 3) / 100)
  })
})

test('law: P(any > L) falls with L, is never below P(one > L), and both are probabilities', () => {
  const question = fc.record({
    users: fc.integer({ min: 4, max: 1e8 }),
    shards: fc.integer({ min: 1, max: 128 }),
    cvRowsPerUser: fc.double({ min: 0, max: 20, noNaN: true }),
    hashedIds: fc.boolean(),
    heavyKeys: fc.array(fc.record({ share: fc.double({ min: 0, max: 0.2, noNaN: true }) }), { maxLength: 3 }),
  })
  fc.assert(
    fc.property(question, (fields) => {
      const mean = (fields.users * 50) / fields.shards
      const limits = [0, 0.5, 0.99, 1, 1.01, 1.5, 3].map((factor) => factor * mean)
      const answer = ask({ ...fields, limits })
      answer.exceed.forEach(({ anyTable, oneTable }, i) => {
        expect(anyTable).toBeLessThanOrEqual((answer.exceed[i - 1]?.anyTable ?? 1) + 1e-12)
        expect(anyTable).toBeGreaterThanOrEqual(oneTable - 1e-9)
        expect(oneTable).toBeGreaterThanOrEqual(0)
        expect(anyTable).toBeLessThanOrEqual(1)
      })
      expect(answer.expectedMax).toBeGreaterThanOrEqual(answer.tableMean * (1 - 1e-9))
    }),
    { numRuns: 25 },
  )
})
