// Evidence before it becomes a claim: coordinated omission, the SLO search, steadiness, Elasticsearch shards.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { LatencyQuestion } from '../../contracts/capacity-model/latency.ts'
import type { LoadStep } from '../../contracts/capacity-model/slo-search.ts'
import { correctLatency } from './coordinated-omission.ts'
import { elasticShards } from './elastic-shards.ts'
import { mser5 } from './mser5.ts'
import { searchOperatingPoint } from './slo-search.ts'

const STALL: LatencyQuestion = {
  segments: [
    { count: 10_000, seconds: 0.001 },
    { count: 1, seconds: 100 },
  ],
  expectedIntervalSeconds: 0.01,
  mode: 'closed',
  droppedIterations: 0,
  percentiles: [50, 75, 99, 99.99],
}

describe('coordinated omission', () => {
  test('HdrHistogram README: 10 000 × 1 ms, then a pause of 100 s', () => {
    const { raw, corrected, warning, valid } = correctLatency(STALL)
    expect(raw).toMatchObject({ count: 10_001, percentiles: { 50: 0.001, '99.99': 0.001 } })
    expect(raw.meanSeconds).toBeCloseTo(0.011, 3)
    expect(corrected.count).toBe(20_000)
    expect(corrected.meanSeconds).toBeCloseTo(25, 2)
    expect(corrected.percentiles['50']).toBe(0.001)
    expect(corrected.percentiles['75']).toBeCloseTo(50, 6)
    expect(corrected.percentiles['99']).toBeCloseTo(98, 6)
    expect(warning).toContain('left out 9999 requests')
    expect(valid).toBe(true)
  })

  test('a percentile with no request beyond it is null with a reason; the others stand', () => {
    const segments = [{ count: 9_999, seconds: 0.001 }]
    const thin = correctLatency({ ...STALL, segments, percentiles: [99, 99.99] })
    expect(thin).toMatchObject({ valid: true, raw: { percentiles: { 99: 0.001, '99.99': null } } })
    expect(thin.raw.percentileReasons).toEqual({ '99.99': expect.stringContaining('10000 would') })
    const enough = correctLatency({ ...STALL, segments: [{ count: 10_000, seconds: 0.001 }] })
    expect(enough.raw.percentiles['99.99']).toBe(0.001)
    expect(enough.raw).not.toHaveProperty('percentileReasons')
  })

  test('an open generator needs no correction, but must not drop', () => {
    const open = correctLatency({ ...STALL, mode: 'open' })
    expect(open.corrected).toEqual(open.raw)
    expect(correctLatency({ ...STALL, mode: 'open', droppedIterations: 3 })).toMatchObject({
      valid: false,
      reasons: [expect.stringContaining('3 iterations')],
    })
  })

  test('law: a pause of many million intervals has its percentiles too, evenly spread over it', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e3, max: 1e7, noNaN: true }),
        fc.double({ min: 1, max: 99, noNaN: true }),
        (pause, at) => {
          const { corrected } = correctLatency({
            ...STALL,
            segments: [{ count: 1, seconds: pause }],
            percentiles: [at],
          })
          const [seconds] = Object.values(corrected.percentiles)
          expect(Math.abs((seconds ?? Number.NaN) / pause - at / 100)).toBeLessThan(0.001)
        },
      ),
    )
  })

  test('law: the same numbers as listing every corrected request one by one', () => {
    const segments = fc.array(
      fc.record({
        count: fc.integer({ min: 1, max: 20 }),
        seconds: fc.integer({ min: 1, max: 400 }).map((n) => n / 128),
      }),
      { minLength: 1, maxLength: 6 },
    )
    fc.assert(
      fc.property(segments, fc.integer({ min: 1, max: 100 }), (list, ticks) => {
        const interval = ticks / 128
        const all = list.flatMap(({ count, seconds }) => {
          const one = [seconds]
          for (let v = seconds - interval; v >= interval; v -= interval) one.push(v)
          return Array.from({ length: count }, () => one).flat()
        })
        all.sort((a, b) => a - b)
        const { corrected } = correctLatency({ ...STALL, segments: list, expectedIntervalSeconds: interval })
        expect(corrected.count).toBe(all.length)
        for (const p of STALL.percentiles) {
          const beyond = all.length * (1 - p / 100)
          const value = beyond < 1 - 1e-9 ? null : all[Math.ceil((all.length * p) / 100 - 1e-9) - 1]
          expect(corrected.percentiles[String(p)]).toBe(value)
        }
      }),
    )
  })
})

const step = (offered: number, more: Partial<LoadStep> = {}): LoadStep => ({
  offered,
  achieved: offered,
  p99Seconds: 0.1,
  errorRate: 0,
  dropped: 0,
  generatorCpu: 0.3,
  ...more,
})
const search = (...steps: LoadStep[]) => searchOperatingPoint({ steps, targets: { p99Seconds: 0.2, errorRate: 0.01 } })

describe('operating point', () => {
  test('the bracket, in whatever order the steps come', () => {
    const steps = [step(300, { p99Seconds: 0.5 }), step(100), step(200), step(400, { p99Seconds: 2, errorRate: 0.1 })]
    const found = {
      verdict: 'found',
      lastPass: 200,
      firstFail: 300,
      operatingPoint: 200,
      limitingCriterion: 'p99Seconds',
    }
    expect(search(...steps)).toMatchObject(found)
    expect(search(...[...steps].reverse())).toEqual(search(...steps))
  })

  const limits: readonly [name: string, broken: Partial<LoadStep>, criterion: string][] = [
    ['errors', { errorRate: 0.02 }, 'errorRate'],
    ['less achieved than 99 %', { achieved: 196 }, 'achieved'],
    ['dropped arrivals', { dropped: 1 }, 'dropped'],
  ]
  test.each(limits)('%s end it', (_, broken, limitingCriterion) => {
    expect(search(step(100), step(200, broken))).toMatchObject({ verdict: 'found', firstFail: 200, limitingCriterion })
  })

  test('a busy generator measured itself', () => {
    expect(search(step(100), step(200, { generatorCpu: 0.95, dropped: 9 }))).toMatchObject({
      verdict: 'generator-limited',
      lastPass: 100,
      operatingPoint: null,
    })
    expect(search(step(100), step(200, { generatorCpu: 0.95 })).verdict).toBe('generator-limited')
  })

  test('nothing failed, nothing passed, a pass above a failure, missing requests without a culprit', () => {
    expect(search(step(100), step(200))).toMatchObject({ verdict: 'unbounded', lastPass: 200, firstFail: null })
    expect(search(step(100, { errorRate: 1 }))).toMatchObject({
      verdict: 'inconclusive',
      lastPass: null,
      firstFail: 100,
    })
    expect(search(step(100), step(200, { errorRate: 1 }), step(300)).verdict).toBe('inconclusive')
    expect(search(step(100), { ...step(200, { dropped: 5 }), generatorCpu: undefined }).verdict).toBe('inconclusive')
  })

  test('every repeat must pass', () => {
    const answer = search(step(100), step(200), step(200, { p99Seconds: 0.3 }))
    expect(answer).toMatchObject({ verdict: 'found', lastPass: 100, firstFail: 200 })
    expect(answer.reasons.join()).toContain('disagree')
  })

  test('law: loosening a target never lowers the last pass', () => {
    const steps = fc.array(
      fc.record({ offered: fc.integer({ min: 1, max: 20 }), p99Seconds: fc.double({ min: 0, max: 1, noNaN: true }) }),
      { minLength: 1, maxLength: 12 },
    )
    fc.assert(
      fc.property(steps, fc.double({ min: 0.01, max: 1, noNaN: true }), (list, p99Seconds) => {
        const at = (target: number) =>
          searchOperatingPoint({
            steps: list.map((s) => step(s.offered, s)),
            targets: { p99Seconds: target, errorRate: 0 },
          }).lastPass ?? 0
        expect(at(p99Seconds * 1.5)).toBeGreaterThanOrEqual(at(p99Seconds))
      }),
    )
  })
})

describe('MSER-5', () => {
  const ripple = (i: number) => 3 * Math.sin(0.7 * i) + 2 * Math.cos(1.3 * i * i)

  test('a fading start of 80: 220 of 1 500 left out, mean 23.25 → 20.07', () => {
    const series = Array.from({ length: 1500 }, (_, i) => 20 + 80 * Math.exp(-i / 60) + ripple(i))
    const answer = mser5({ series })
    expect(series.reduce((sum, x) => sum + x, 0) / 1500).toBeCloseTo(23.25, 2)
    expect(answer).toMatchObject({ steady: true, discard: 220 })
    expect(answer.mean).toBeCloseTo(20.07, 2)
  })

  test('without the start at most 5 are left out', () => {
    const answer = mser5({ series: Array.from({ length: 1500 }, (_, i) => 20 + ripple(i)) })
    expect(answer.steady && answer.discard <= 5).toBe(true)
  })

  test('pure drift has no steady state; a short series cannot tell', () => {
    const drift = mser5({ series: Array.from({ length: 1500 }, (_, i) => 20 + 0.02 * i) })
    expect(drift).toMatchObject({ steady: false, discard: null, mean: null, refused: { reason: 'not-steady' } })
    expect(mser5({ series: [1, 2, 3] })).toMatchObject({ steady: false, refused: { reason: 'too-short', needed: 50 } })
  })

  test('law: the unit of time changes nothing about what is left out', () => {
    const series = fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 50, maxLength: 200 })
    fc.assert(
      fc.property(series, (list) => {
        const inMs = mser5({ series: list.map((x) => x * 1024) })
        expect(inMs.discard).toBe(mser5({ series: list }).discard)
      }),
    )
  })
})

describe('Elasticsearch shards', () => {
  const plan = (bytesPerDocument: number) =>
    elasticShards({
      documents: 3.2e9,
      months: 36,
      monthlyGrowth: 0.03,
      bytesPerDocument,
      replicas: 1,
      maxShardBytes: 50e9,
      maxShardDocuments: 200e6,
    })

  test('3.2 G documents: 20, 39, 64 shards at 300, 600, 1 000 B by size; 16 by documents', () => {
    expect([300, 600, 1000].map((bytes) => plan(bytes).singleIndexPrimaries)).toEqual([
      { bySize: 20, byDocuments: 16 },
      { bySize: 39, byDocuments: 16 },
      { bySize: 64, byDocuments: 16 },
    ])
    expect(plan(1000).totalBytes).toBe(6.4e12)
  })

  test('law: months add up to the total, grow as asked, and no shard is over a limit', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1e13 }),
        fc.integer({ min: 1, max: 120 }),
        fc.double({ min: -0.9, max: 10, noNaN: true }),
        (documents, months, monthlyGrowth) => {
          const answer = elasticShards({
            documents,
            months,
            monthlyGrowth,
            bytesPerDocument: 700,
            replicas: 2,
            maxShardBytes: 50e9,
            maxShardDocuments: 200e6,
          })
          expect(answer.indices.reduce((sum, index) => sum + index.documents, 0)).toBe(documents)
          for (const index of answer.indices) {
            expect(index.documents).toBeGreaterThanOrEqual(0)
            expect(index.documents / index.primaries).toBeLessThanOrEqual(200e6 * (1 + 1e-9))
            expect(index.bytes / index.primaries).toBeLessThanOrEqual(50e9 * (1 + 1e-9))
          }
          expect(answer.shards).toBe(answer.primaries * 3)
        },
      ),
    )
  })
})
