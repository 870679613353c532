// Service demands against Menascé, Almeida & Dowdy, "Performance by Design" §3 (informit.com article 170721).

import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { DemandAnswer, DemandQuestion } from '../../contracts/capacity-model/queueing.ts'
import { operationalBounds } from './operational-bounds.ts'
import { isRefused } from './refuse.ts'
import { answerDemand } from './service-demand.ts'

function demand(question: Partial<DemandQuestion>): DemandAnswer {
  const answer = answerDemand({
    seconds: 1,
    completions: 1,
    resources: [],
    targetUtilisation: {},
    loadFactors: [],
    ...question,
  })
  if (isRefused(answer)) throw new Error(answer.refused.message)
  return answer
}

test('Q1 busy 36 of 60 s, 1800 done: S = 0.02 s, X = 30/s', () => {
  const answer = demand({
    seconds: 60,
    completions: 1800,
    resources: [{ name: 'disk', busyFraction: 0.6, servers: 1 }],
  })
  expect(answer.throughput).toBe(30)
  expect(answer.demands[0]?.seconds).toBeCloseTo(0.02, 12)
})

test('Q2 a database at 3.8 tps: disk 3 saturates first, at 7.04 tps; N* = 2.965', () => {
  const busy = { cpu: 0.35, disk1: 0.3, disk2: 0.41, disk3: 0.54 }
  const resources = Object.entries(busy).map(([name, busyFraction]) => ({ name, busyFraction, servers: 1 }))
  const answer = demand({
    seconds: 1000,
    completions: 3800,
    resources,
    targetUtilisation: { disk3: 0.81 },
    loadFactors: [1.5, 2],
  })
  const published = [0.092, 0.079, 0.108, 0.142]
  answer.demands.forEach(({ seconds }, i) => {
    expect(seconds).toBeCloseTo(published[i] ?? 0, 3)
  })
  expect(answer.bottleneck).toBe('disk3')
  expect(answer.maxThroughput).toBeCloseTo(7.04, 2)
  expect(answer.growthAtTarget).toMatchObject({ resource: 'disk3' })
  expect(answer.growthAtTarget?.factor).toBeCloseTo(1.5, 12)
  expect(answer.projections).toMatchObject([
    { feasible: true, limitingResource: 'disk3' },
    { feasible: false, limitingResource: 'disk3' },
  ])
  const bookDemands = published.map((seconds, i) => ({ name: `r${i}`, seconds }))
  expect(operationalBounds(bookDemands, 0)?.saturationPopulation).toBeCloseTo(2.965, 3)
})

test('servers share the load: four half-busy cores cost a request twice what two would', () => {
  const answer = demand({ seconds: 10, completions: 1000, resources: [{ name: 'cpu', busyFraction: 0.5, servers: 4 }] })
  expect(answer.demands[0]).toMatchObject({ seconds: 0.02, perServerSeconds: 0.005, maxThroughput: 200 })
})

test('nothing completed: refused; nothing busy: null with the reason', () => {
  const idle = { name: 'cpu', busyFraction: 0, servers: 1 }
  const base = { seconds: 1, targetUtilisation: {}, loadFactors: [], resources: [idle] }
  expect(answerDemand({ ...base, completions: 0 })).toMatchObject({ refused: { reason: 'no-completions' } })
  expect(demand({ resources: [idle] })).toMatchObject({ bottleneck: null, maxThroughput: null, growthAtTarget: null })
  expect(demand({ resources: [idle] }).growthAtTargetReason).toContain('busy')
})

test('a resource without a target still saturates at 1', () => {
  const resources = [
    { name: 'db', busyFraction: 0.3, servers: 1 },
    { name: 'cpu', busyFraction: 0.8, servers: 2 },
  ]
  expect(demand({ resources, targetUtilisation: { db: 0.6 } }).growthAtTarget).toMatchObject({
    factor: 1.25,
    resource: 'cpu',
  })
})

test('measuring in milliseconds changes nothing dimensionless', () => {
  // Different hundredths: of fractions that are equal but for rounding, rounding picks the bottleneck.
  const busy = fc
    .uniqueArray(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 5 })
    .map((hundredths) => hundredths.map((each) => each / 100))
  fc.assert(
    fc.property(busy, (fractions) => {
      const resources = fractions.map((busyFraction, i) => ({ name: `r${i}`, busyFraction, servers: 1 + i }))
      const inSeconds = demand({ seconds: 60, completions: 600, resources, loadFactors: [2] })
      const inMs = demand({ seconds: 60_000, completions: 600, resources, loadFactors: [2] })
      expect(inMs.projections).toEqual(inSeconds.projections)
      expect(inMs.growthAtTarget?.factor).toBe(inSeconds.growthAtTarget?.factor)
      expect(inMs.bottleneck).toBe(inSeconds.bottleneck)
    }),
  )
})
