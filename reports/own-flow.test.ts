import { describe, expect, it } from 'vitest'
import type { LoadResult, Step } from '../contracts/measurement.ts'
import type { OwnFlowPlan } from '../contracts/plan.ts'
import { capacityOf, type Evidence } from './capacity.ts'
import { measurementsFixture, stepFixture } from './fixtures/measurements.ts'
import { resolvedPlanFixture } from './fixtures/resolved-plan.ts'
import { page } from './page.ts'

const TARGET = 'http://shop.example.com:8080'

function asQuotes(step: Step): Step {
  const { list } = step.flows
  const judged = step.judgement.flows.list
  if (list === undefined || judged === undefined) throw new Error('the fixture has no such flow')
  const { outcome } = step.judgement
  return { ...step, load: 'quotes', flows: { quotes: list }, judgement: { outcome, flows: { quotes: judged } } }
}

function ownEvidence(rates: Partial<OwnFlowPlan> = {}, verdict: LoadResult['verdict'] = 'PASS'): Evidence {
  const resolved = resolvedPlanFixture()
  const flows = { quotes: { p99Ms: 100, errorRate: 0.001, ...rates } }
  const steps = [40, 80].map((offeredPerSecond, at) =>
    asQuotes(stepFixture({ flow: 'list', offeredPerSecond }, at + 1)),
  )
  const result: LoadResult = {
    load: 'quotes',
    flows: ['quotes'],
    verdict,
    operatingPoint: { ratePerSecond: 80, interval: { low: 75, high: 90 }, blocks: 12, rarestEventSeconds: 20 },
    bracket: { lastPass: 80, firstFail: 90 },
    reason: 'found at 80/s',
    claim: null,
  }
  const { conditions, ...measurements } = measurementsFixture({ steps })
  return {
    resolved: { ...resolved, plan: { ...resolved.plan, flows } },
    dataset: null,
    measurements: {
      ...measurements,
      tables: [],
      sizes: null,
      results: [result],
      conditions: { ...conditions, target: TARGET, targetKind: 'http', sharedMachine: true },
    },
  }
}

describe('a flow of one’s own on another system', () => {
  it('is judged by its load, and speaks of the target at its address', () => {
    const capacity = capacityOf(ownEvidence())
    expect(capacity.claims.map(({ id, verdict }) => `${id} ${verdict}`)).toEqual([
      'quotes-within-targets PASS',
      'engines-alive PASS',
      'evidence-valid PASS',
    ])
    expect(capacity.verdict).toBe('PASS')
    expect(capacity.claims[0]).toMatchObject({
      claim: expect.stringMatching(
        /^The target at http:\/\/shop\S+ serves quotes within its targets \(p99 ≤ 100.*\) up to 80\/s\.$/,
      ),
      value: 80,
      unit: 'per-second',
      interval: { low: 80, high: 90 },
    })
  })

  it('has no tables, no sizing and no flow that was not measured', () => {
    const { tables, seeding, sizing, flowsNotMeasured, weaknesses } = capacityOf(ownEvidence())
    expect([tables, seeding, sizing, flowsNotMeasured]).toEqual([null, null, [], []])
    expect(weaknesses.join()).not.toMatch(/rows|orders/i)
  })

  it('is held against the rates that the plan names', () => {
    const claims = capacityOf(ownEvidence({ ordinaryPerSecond: 60, peakPerSecond: 95 })).claims
    const verdicts = Object.fromEntries(claims.map(({ id, verdict }) => [id, verdict]))
    expect(verdicts).toMatchObject({ 'quotes-at-ordinary-rate': 'PASS', 'quotes-at-peak-second': 'FAIL' })
  })

  it('fails with its load', () => {
    expect(capacityOf(ownEvidence({}, 'FAIL')).verdict).toBe('FAIL')
  })

  it('is drawn without a word about one machine like this', () => {
    const evidence = ownEvidence()
    const text = page({ ...evidence, capacity: capacityOf(evidence), script: '' })
    expect(text).toContain(`the target at ${TARGET}`)
    expect(text).toContain('Capacity of the target, per flow')
    expect(text).not.toMatch(/one machine|machine like this/i)
    expect(text).not.toMatch(/id="(tables|sizing|bottleneck)"/)
  })
})
