// Closed networks against the books. Examples as collected by M. Marzolla's `queueing` package (inst/qncsmva.m, 5de78ea),
// which names the book of each.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { MvaAnswer, MvaQuestion, ServiceDemand } from '../../contracts/capacity-model/queueing.ts'
import { largestErrors } from './bench/mva-approximation.ts'
import { solveMva } from './mva.ts'
import { mvaApproximate } from './mva-approximate.ts'
import { exactSteps, mvaExact } from './mva-exact.ts'
import { responseBoundSeconds, throughputBound } from './operational-bounds.ts'
import { isRefused } from './refuse.ts'

const network = (...seconds: number[]): ServiceDemand[] => seconds.map((s, i) => ({ name: `r${i + 1}`, seconds: s }))

function solve(question: MvaQuestion): MvaAnswer {
  const answer = solveMva(question)
  if (isRefused(answer)) throw new Error(answer.refused.message)
  return answer
}

const jain = network(0.125 * 16, 0.3 * 10, 0.2 * 5)

describe('published networks', () => {
  test('Q3 Jain p. 577: 20 users, think 4 s', () => {
    const [at20] = solve({ demands: jain, thinkSeconds: 4, populations: [20] }).results
    expect(at20?.throughput).toBeCloseTo(0.33325, 5)
    expect(at20?.responseSeconds).toBeCloseTo(56.0156, 4)
    expect(at20?.queue.r1).toBeCloseTo(1.991, 3)
    expect(at20?.queue.r2).toBeCloseTo(16.177, 3)
    expect(at20?.queue.r3).toBeCloseTo(0.5, 3)
    const perVisit = [16, 10, 5].map((visits, i) => (at20?.queue[`r${i + 1}`] ?? 0) / (at20?.throughput ?? 1) / visits)
    expect(perVisit[0]).toBeCloseTo(0.373, 3)
    expect(perVisit[1]).toBeCloseTo(4.854, 3)
    expect(perVisit[2]).toBeCloseTo(0.3, 3)
  })

  test('Q3b the same at other populations', () => {
    const { results } = solve({ demands: jain, thinkSeconds: 4, populations: [1, 2, 3, 5, 10, 100] })
    const published = [
      [0.1, 6],
      [0.17544, 7.4],
      [0.22922, 9.08772],
      [0.28975, 13.25615],
      [0.32819, 26.46985],
      [0.33333, 296],
    ] as const
    published.forEach(([throughput, response], i) => {
      expect(results[i]?.throughput).toBeCloseTo(throughput, 5)
      expect(results[i]?.responseSeconds).toBeCloseTo(response, 4)
    })
  })

  test('Q4 Bolch 8.3', () => {
    const visits = [1, 0.4, 0.2, 0.1]
    const demands = network(...[0.02, 0.2, 0.4, 0.6].map((s, i) => s * (visits[i] ?? 0)))
    const [at6] = solve({ demands, thinkSeconds: 0, populations: [6] }).results
    expect(at6?.throughput).toBeCloseTo(9.92, 3)
    const published = [
      [0.198, 0.025, 0.244],
      [0.794, 0.57, 2.261],
      [0.794, 1.14, 2.261],
      [0.595, 1.244, 1.234],
    ] as const
    published.forEach(([utilisation, response, queue], i) => {
      expect(at6?.utilisation[`r${i + 1}`]).toBeCloseTo(utilisation, 3)
      expect(at6?.queue[`r${i + 1}`]).toBeCloseTo(queue, 3)
      expect((at6?.queue[`r${i + 1}`] ?? 0) / (at6?.throughput ?? 1) / (visits[i] ?? 1)).toBeCloseTo(response, 3)
    })
  })

  test('Q5 Bolch 8.4: a station with two servers, and one with a server for everyone, which is think time', () => {
    const demands = [
      { name: 'r1', seconds: 0.5, servers: 2 },
      ...network(0.3, 0.4).map((d, i) => ({ ...d, name: `r${i + 2}` })),
    ]
    const [at3] = solve({ demands, thinkSeconds: 1, populations: [3] }).results
    // Printed as 1.218 and, for the station of think time, as 1.217: 1.2175 rounded both ways.
    expect(at3?.throughput).toBeCloseTo(1.2175, 4)
    expect(at3?.queue.r1).toBeCloseTo(0.624, 3)
    expect(at3?.queue.r2).toBeCloseTo(0.473, 3)
    expect(at3?.queue.r3).toBeCloseTo(0.686, 3)
  })

  test('Q6 Lazowska p. 117 tells the methods apart: exact R = 4.7998, Schweitzer R = 4.87', () => {
    const demands = network(0.605, 2.1, 1.35)
    const [exact] = solve({ demands, thinkSeconds: 15, populations: [3] }).results
    expect(exact?.throughput).toBeCloseTo(0.15152, 5)
    expect(exact?.responseSeconds).toBeCloseTo(4.7998, 4)
    const approximate = mvaApproximate(demands, 15, 3)
    expect(approximate.throughput).toBeCloseTo(0.151, 4)
    expect(approximate.responseSeconds).toBeCloseTo(4.87, 2)
  })

  test('Q7 Bolch 9.6: asymptotic bounds', () => {
    expect(throughputBound(network(9.2, 8), 120, 20)).toBeCloseTo(0.109, 3)
    expect(responseBoundSeconds(network(9.2, 8), 120, 20)).toBeCloseTo(64, 9)
  })

  test('Q19 PDQ ebiz demo (DrQz/pdq-qnm-pkg): 10 users', () => {
    const [at10] = solve({
      demands: network(0.0098, 0.0025, 0.00072, 0.0098),
      thinkSeconds: 0,
      populations: [10],
    }).results
    expect(Math.floor((at10?.throughput ?? 0) * 1000) / 1000).toBe(92.394)
    expect(at10?.responseSeconds).toBeCloseTo(0.10823, 5)
  })

  test('§8 closed against open at the same rate: N = 20 users thinking 0.15 s wait 59.6 ms, not the 219.3 of open arrivals', () => {
    const rows = [
      [20, 0.15, 0.0596],
      [100, 1, 0.0819],
    ] as const
    for (const [n, think, response] of rows) {
      const [closed] = solve({ demands: network(0.01), thinkSeconds: think, populations: [n] }).results
      expect(closed?.responseSeconds).toBeCloseTo(response, 4)
    }
  })
})

test('what saturates first: bottleneck, its rate, and N*', () => {
  expect(solve({ demands: jain, thinkSeconds: 4, populations: [1] })).toMatchObject({
    bottleneck: 'r2',
    maxThroughput: 1 / 3,
    saturationPopulation: 10 / 3,
  })
})

test('a network nothing limits is refused', () => {
  expect(solveMva({ demands: network(0, 0), thinkSeconds: 1, populations: [5] })).toMatchObject({
    refused: { reason: 'no-demand' },
  })
})

test('busy multi-server stations keep their digits: 64 servers, 2000 users, where 1 − Σ P(j) turns negative', () => {
  const demands = [
    { name: 'cpu', seconds: 0.64, servers: 64 },
    { name: 'disk', seconds: 0.0099, servers: 1 },
    { name: 'net', seconds: 0.031, servers: 4 },
  ]
  const results = mvaExact(demands, 0.5, [1, 64, 100, 500, 2000])
  for (const result of results) {
    const held = Object.values(result.queue).reduce((sum, queue) => sum + queue, result.throughput * 0.5)
    expect(held).toBeCloseTo(result.population, 6)
    expect(result.throughput).toBeLessThanOrEqual(100 * (1 + 1e-9))
  }
  expect(results.at(-1)?.throughput).toBeCloseTo(100, 1)
})

const networks = fc.record({
  demands: fc
    .array(
      fc.record({ seconds: fc.double({ min: 1e-4, max: 10, noNaN: true }), servers: fc.integer({ min: 1, max: 8 }) }),
      { minLength: 1, maxLength: 4 },
    )
    .map((list) => list.map((demand, i) => ({ name: `r${i}`, ...demand }))),
  thinkSeconds: fc.double({ min: 0, max: 100, noNaN: true }),
  population: fc.integer({ min: 1, max: 60 }),
})

describe('laws', { timeout: 60_000 }, () => {
  test('bounds hold, everyone is somewhere, and the busiest is never more than busy', () => {
    fc.assert(
      fc.property(networks, ({ demands, thinkSeconds, population }) => {
        const [result] = mvaExact(demands, thinkSeconds, [population])
        if (result === undefined) throw new Error('no result')
        const close = 1 + 1e-9
        expect(result.throughput).toBeLessThanOrEqual(throughputBound(demands, thinkSeconds, population) * close)
        const waiting = Object.values(result.queue).reduce((sum, queue) => sum + queue, 0)
        expect(waiting + result.throughput * thinkSeconds).toBeCloseTo(population, 6)
        for (const utilisation of Object.values(result.utilisation)) expect(utilisation).toBeLessThanOrEqual(close)
      }),
    )
  })

  test('one more server never raises the response time; one more user never lowers the throughput', () => {
    fc.assert(
      fc.property(networks, fc.nat(3), ({ demands, thinkSeconds, population }, which) => {
        const [before, oneMore] = mvaExact(demands, thinkSeconds, [population, population + 1])
        const better = demands.map((d, i) => (i === which % demands.length ? { ...d, servers: d.servers + 1 } : d))
        const [after] = mvaExact(better, thinkSeconds, [population])
        expect(after?.responseSeconds).toBeLessThanOrEqual((before?.responseSeconds ?? 0) * (1 + 1e-9))
        expect(oneMore?.throughput).toBeGreaterThanOrEqual((before?.throughput ?? 0) * (1 - 1e-9))
      }),
    )
  })

  test('the approximation stays within a tenth of the exact answer for single servers', () => {
    fc.assert(
      fc.property(networks, ({ demands, thinkSeconds, population }) => {
        const single = demands.map((demand) => ({ ...demand, servers: 1 }))
        const [exact] = mvaExact(single, thinkSeconds, [population])
        const approximate = mvaApproximate(single, thinkSeconds, population)
        expect(Math.abs(approximate.throughput / (exact?.throughput ?? 1) - 1)).toBeLessThan(0.1)
      }),
    )
  })
})

describe('exact where it is affordable, per population', { timeout: 60_000 }, () => {
  const cpu = { name: 'cpu', seconds: 0.08, servers: 8 }
  const demands = [cpu, { name: 'disk', seconds: 0.004 }]

  test('one large population leaves the others exact, and each says which it is', () => {
    const answer = solve({ demands, thinkSeconds: 1, populations: [1e9, 80, 2000, 2e9, 80] })
    expect(answer.results.map(({ method }) => method)).toEqual([
      'approximate',
      'exact',
      'exact',
      'approximate',
      'exact',
    ])
    expect(answer.method).toBe('approximate')
    expect(answer.methodReason).toContain('from 1000000000 requests on')
    const alone = solve({ demands, thinkSeconds: 1, populations: [80] })
    expect(alone.method).toBe('exact')
    expect(alone).not.toHaveProperty('methodReason')
    expect(answer.results[1]?.throughput).toBeCloseTo(alone.results[0]?.throughput ?? 0, 12)
    expect(answer.results[4]).toEqual(answer.results[1])
    // A station with several servers, where an approximation shows most.
    const [exact] = mvaExact(demands, 1, [80])
    const approximate = mvaApproximate(demands, 1, 80)
    expect(answer.results[1]?.responseSeconds).toBeCloseTo(exact?.responseSeconds ?? 0, 12)
    expect(approximate.responseSeconds / (exact?.responseSeconds ?? 0)).toBeGreaterThan(1.01)
  })

  test('64 servers and 100 000 users are affordable, and so are ten million users of single servers', () => {
    const large = [{ name: 'cpu', seconds: 0.64, servers: 64 }, ...network(0.0099)]
    expect(exactSteps(large, 100_000)).toBeLessThan(3e7)
    expect(exactSteps(network(1, 2, 3), 1e7)).toBeLessThanOrEqual(3e7)
    // A million servers for a thousand users are a delay.
    expect(exactSteps([{ name: 'cloud', seconds: 1, servers: 1e6 }], 1000)).toBe(1000)
  })

  test('a population too large for the recursion is answered approximately, and says so', () => {
    const answer = solve({ demands: jain, thinkSeconds: 4, populations: [1e9] })
    expect(answer).toMatchObject({ method: 'approximate', results: [{ method: 'approximate' }] })
    expect(answer.results[0]?.throughput).toBeCloseTo(1 / 3, 9)
  })

  test('the errors named for the approximation are those it shows at 20 000 requests', () => {
    const { throughput, response } = largestErrors(20_000, 30, 1)
    expect(throughput).toBeLessThan(0.01)
    expect(response).toBeLessThan(0.33)
    expect(response).toBeGreaterThan(0.2)
  })
})
