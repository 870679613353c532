// M/M/c against books and tools; the row numbers are those of the reference list of published answers.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { answerMmc, erlangC, maxRate, mmc, serversForWait } from './mmc.ts'
import { kingmanWaitSeconds, squareRootStaffing } from './waiting-approximations.ts'

const station = (servers: number, serviceSeconds: number) => ({ servers, serviceSeconds })

describe('published answers', () => {
  test('Q10 M/M/2 and M/M/4, λ = 9, μ = 5 (Marzolla `qsmmm.m`)', () => {
    expect(mmc(station(2, 0.2), 9)?.meanSeconds).toBeCloseTo(1.053, 3)
    expect(mmc(station(4, 0.2), 9)?.meanSeconds).toBeCloseTo(0.212, 3)
    const waiting = (servers: number) => 9 * ((mmc(station(servers, 0.2), 9)?.meanSeconds ?? 0) - 0.2)
    expect(waiting(2)).toBeCloseTo(7.674, 3)
    expect(waiting(4)).toBeCloseTo(0.105, 3)
  })

  test('Q11 two registers sharing a queue; M/M/8 (`queueing-theory.tex` prints 15.24 and .06, rounded: exact is 15.2214)', () => {
    expect(mmc(station(2, 15), 240 / 3600)?.meanSeconds).toBeCloseTo(20, 9)
    expect(mmc(station(1, 15), 120 / 3600)?.meanSeconds).toBeCloseTo(30, 9)
    const eight = mmc(station(8, 15), 960 / 3600)
    expect(eight?.meanSeconds).toBeCloseTo(15.2214, 4)
    expect((960 / 3600) * ((eight?.meanSeconds ?? 0) - 15)).toBeCloseTo(0.05904, 5)
  })

  test('Q12 M/M/1: half, three quarters and seven eighths busy double, quadruple and octuple 0.25 s', () => {
    const means = [0.5, 0.75, 0.875].map((rho) => mmc(station(1, 0.25), rho / 0.25)?.meanSeconds)
    expect(means).toEqual([0.5, 1, 2])
  })

  test('Q13 Erlang C', () => {
    expect(erlangC(10, 6)).toBeCloseTo(0.1013, 5)
    expect(erlangC(2, 1.5)).toBeCloseTo(0.642857, 6)
    expect(erlangC(3, 2)).toBeCloseTo(0.444444, 6)
  })

  test('Q14 30 calls an hour of 5 minutes, nine in ten not waiting: 6 servers', () => {
    expect(serversForWait(2.5, 0.1)).toBe(6)
    expect(1 - erlangC(6, 2.5)).toBeCloseTo(0.9526, 4)
    expect(1 - erlangC(5, 2.5)).toBeCloseTo(0.8696, 4)
  })

  test('Q15 square-root staffing: 10 servers at 80 %, three times the load: 27.46 → 28', () => {
    expect(squareRootStaffing(10, 0.8, 3)).toBe(28)
  })

  test('Q16 Kingman, S = 10 ms, ρ = 0.8; M/D/1 is exact at 20 ms', () => {
    const wait = (arrivalCvSquared: number, serviceCvSquared: number) =>
      kingmanWaitSeconds({ utilisation: 0.8, serviceSeconds: 0.01, arrivalCvSquared, serviceCvSquared })
    expect(wait(1, 1)).toBeCloseTo(0.04, 12)
    expect(wait(1, 0.5)).toBeCloseTo(0.03, 12)
    expect(wait(1, 4)).toBeCloseTo(0.1, 12)
    expect(wait(1, 0)).toBeCloseTo(0.02, 12)
    expect(
      kingmanWaitSeconds({ utilisation: 1, serviceSeconds: 1, arrivalCvSquared: 1, serviceCvSquared: 1 }),
    ).toBeNull()
  })

  test('Q17 M/M/4 of 10 ms: mean, p95, p99, and the rate at which p99 reaches 100 ms', () => {
    const published = [
      [300, 15.09, 41.28, 60.06],
      [360, 29.69, 81.66, 121.93],
      [380, 54.57, 155.2, 235.67],
    ] as const
    for (const [rate, mean, p95, p99] of published) {
      const result = mmc(station(4, 0.01), rate)
      expect((result?.meanSeconds ?? 0) * 1000).toBeCloseTo(mean, 2)
      expect((result?.p95Seconds ?? 0) * 1000).toBeCloseTo(p95, 2)
      expect((result?.p99Seconds ?? 0) * 1000).toBeCloseTo(p99, 2)
    }
    expect(maxRate(station(4, 0.01), { statistic: 'p99', seconds: 0.1 })).toBeCloseTo(350.09, 2)
  })

  test('Q18 M/M/1 of 5 ms: p99 ≤ 100 ms up to 153.95 per second; p99 = S·ln 100/(1 − ρ)', () => {
    expect(maxRate(station(1, 0.005), { statistic: 'p99', seconds: 0.1 })).toBeCloseTo(153.95, 2)
    expect(mmc(station(1, 0.005), 100)?.p99Seconds).toBeCloseTo((0.005 * Math.log(100)) / 0.5, 12)
  })

  test('Gunther’s R ≈ S/(1 − ρᵐ) is exact for one and two servers and too low for four', () => {
    for (const m of [1, 2]) expect(mmc(station(m, 1), 0.9 * m)?.meanSeconds).toBeCloseTo(1 / (1 - 0.9 ** m), 9)
    expect(mmc(station(4, 1), 3.6)?.meanSeconds).toBeGreaterThan(1 / (1 - 0.9 ** 4))
    expect((mmc(station(4, 1), 3.6)?.meanSeconds ?? 0) - 1).toBeCloseTo(1.9694, 4)
  })

  test('Q8 and Q9: open networks are stations side by side (Jain 34.1; Lazowska p. 113)', () => {
    const jain = [
      [16, 0.01, 0.48, 0.0192],
      [7, 0.02, 0.42, 0.0345],
      [8, 0.03, 0.72, 0.107],
    ] as const
    for (const [visits, seconds, utilisation, response] of jain) {
      const result = mmc(station(1, seconds), 3 * visits)
      expect(result?.utilisation).toBeCloseTo(utilisation, 9)
      expect(result?.meanSeconds).toBeCloseTo(response, 3)
    }
    const cpu = mmc(station(1, 0.005), 0.3 * 121)
    expect(cpu?.arrivalRate).toBeCloseTo(36.3, 9)
    expect(cpu?.utilisation).toBeCloseTo(0.1815, 12) // printed as 0.182
    expect((cpu?.meanSeconds ?? 0) * 36.3).toBeCloseTo(0.222, 3)
  })
})

test('arrivals beyond the servers, and targets below the service time, are refused in place', () => {
  const answer = answerMmc({
    servers: 2,
    serviceSeconds: 0.5,
    arrivalRates: [3.9, 4, 5],
    targets: [{ statistic: 'mean', seconds: 0.4 }],
  })
  expect(answer.results[0]).toMatchObject({ arrivalRate: 3.9 })
  expect(answer.results.slice(1)).toMatchObject([
    { refused: { reason: 'unstable' } },
    { refused: { reason: 'unstable' } },
  ])
  expect(answer.maxRates[0]).toMatchObject({ arrivalRate: null })
  expect(answer.maxRates[0]?.arrivalRateReason).toContain('idle')
})

const stations = fc.record({
  servers: fc.integer({ min: 1, max: 200 }),
  serviceSeconds: fc.double({ min: 1e-6, max: 1e3, noNaN: true }),
  utilisation: fc.double({ min: 0, max: 0.999999, noNaN: true }),
})

describe('laws', { timeout: 60_000 }, () => {
  test('more servers never raise a response time', () => {
    fc.assert(
      fc.property(stations, ({ servers, serviceSeconds, utilisation }) => {
        const rate = (utilisation * servers) / serviceSeconds
        const before = mmc(station(servers, serviceSeconds), rate)
        const after = mmc(station(servers + 1, serviceSeconds), rate)
        for (const key of ['meanSeconds', 'p95Seconds', 'p99Seconds'] as const) {
          expect(after?.[key]).toBeLessThanOrEqual((before?.[key] ?? 0) * (1 + 1e-9))
        }
      }),
    )
  })

  test('percentiles are finite, ordered, and the tail beyond them is what they say', () => {
    fc.assert(
      fc.property(stations, ({ servers, serviceSeconds, utilisation }) => {
        const result = mmc(station(servers, serviceSeconds), (utilisation * servers) / serviceSeconds)
        if (result === null) throw new Error('stable, yet no result')
        expect(Number.isFinite(result.p99Seconds)).toBe(true)
        expect(result.p99Seconds).toBeGreaterThan(result.p95Seconds)
        expect(result.meanSeconds).toBeGreaterThanOrEqual(serviceSeconds)
      }),
    )
  })

  test('the highest rate meets its target and a little more does not; counting in milliseconds changes nothing', () => {
    fc.assert(
      fc.property(stations, fc.double({ min: 1.1, max: 50, noNaN: true }), ({ servers, serviceSeconds }, factor) => {
        const target = { statistic: 'mean', seconds: serviceSeconds * factor } as const
        const rate = maxRate(station(servers, serviceSeconds), target) ?? 0
        expect(mmc(station(servers, serviceSeconds), rate)?.meanSeconds).toBeLessThanOrEqual(target.seconds)
        expect(mmc(station(servers, serviceSeconds), rate * (1 + 1e-6))?.meanSeconds ?? Infinity).toBeGreaterThan(
          target.seconds,
        )
        const inMs = maxRate(station(servers, serviceSeconds * 1000), { ...target, seconds: target.seconds * 1000 })
        expect((inMs ?? 0) * 1000).toBeCloseTo(rate, 6 - Math.ceil(Math.log10(rate + 1)))
      }),
    )
  })
})
