import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Verdict } from '../contracts/capacity.ts'
import type { InvalidCode, Measurements, Step } from '../contracts/measurement.ts'
import { fullLadderFixture } from '../measurements/fixtures/ladder.ts'
import { parsePlan } from '../plan/load-plan.ts'
import { parsePlanChange } from '../plan/plan-change.ts'
import { resolvePlan } from '../plan/resolve-plan.ts'
import { capacityOf, type Evidence } from './capacity.ts'
import { deploymentFixture } from './fixtures/deployment.ts'
import { checkouts, dataset, evidence, invalid, smallPeak } from './fixtures/evidence.ts'
import { measurementsFixture, stepFixture } from './fixtures/measurements.ts'
import { resolvedPlanFixture } from './fixtures/resolved-plan.ts'
import { asYaml } from './sections/deployment-section.ts'

const spoilt = (step: Step, code: InvalidCode): Step =>
  stepFixture({ flow: 'checkout', offeredPerSecond: step.offeredPerSecond, invalid: invalid(code) }, step.index)

const elsewhere = ({ conditions, ...measurements }: Measurements): Measurements => ({
  ...measurements,
  conditions: { ...conditions, target: 'https://shop.example.com', sharedMachine: false },
})

type CheckoutStep = Omit<Parameters<typeof stepFixture>[0], 'flow'>

const onlyStep = (step: CheckoutStep): Measurements =>
  measurementsFixture({ steps: [stepFixture({ flow: 'checkout', ...step }, 1)] })

/** Of a target elsewhere: forty checkouts a second, then another step. */
const afterOneThatPassed = (second: CheckoutStep): Evidence =>
  evidence({
    resolved: smallPeak,
    measurements: elsewhere(
      measurementsFixture({
        steps: [
          stepFixture({ flow: 'checkout', offeredPerSecond: 40 }, 1),
          stepFixture({ flow: 'checkout', ...second }, 2),
        ],
      }),
    ),
  })

const CASES: readonly (readonly [string, Evidence, Verdict])[] = [
  [
    'passes when the peak fits one machine, and full tables answer in time',
    evidence({
      resolved: smallPeak,
      measurements: measurementsFixture({ steps: checkouts }),
      ladder: fullLadderFixture(),
    }),
    'PASS',
  ],
  [
    'passes when the peak is beyond this machine: a laptop is no fleet',
    evidence({ ladder: fullLadderFixture() }),
    'PASS',
  ],
  [
    'is invalid when no table was full, whatever else passed',
    evidence({ resolved: smallPeak, measurements: measurementsFixture({ steps: checkouts }) }),
    'INVALID',
  ],
  [
    'fails when the peak is beyond the first failing step of a target elsewhere',
    evidence({ measurements: elsewhere(measurementsFixture()) }),
    'FAIL',
  ],
  [
    'fails when the targets are missed with room left on the machine',
    evidence({ measurements: onlyStep({ offeredPerSecond: 10, p99Ms: 900 }) }),
    'FAIL',
  ],
  [
    'is invalid when the targets are missed on a machine that is full',
    evidence({ measurements: onlyStep({ offeredPerSecond: 390, p99Ms: 900 }) }),
    'INVALID',
  ],
  [
    'is invalid when the target was dead',
    evidence({
      resolved: smallPeak,
      measurements: measurementsFixture({
        invalid: invalid('target-dead'),
        steps: checkouts.map((step) => spoilt(step, 'target-dead')),
      }),
    }),
    'INVALID',
  ],
  [
    'never passes when Elasticsearch was lost in one step',
    evidence({
      resolved: smallPeak,
      measurements: measurementsFixture({
        steps: checkouts.map((step) => (step.index === 3 ? spoilt(step, 'engine-lost') : step)),
      }),
    }),
    'INVALID',
  ],
  [
    'fails when an acknowledged order was lost, whatever spoilt the run',
    evidence({
      resolved: smallPeak,
      measurements: measurementsFixture({
        steps: checkouts,
        invalid: invalid('engine-lost'),
        acknowledged: { acknowledged: 500, missing: 1, examples: ['77'] },
      }),
    }),
    'FAIL',
  ],
  [
    'is invalid when an engine was lost, and every acknowledged order is there',
    evidence({
      resolved: smallPeak,
      measurements: measurementsFixture({
        steps: checkouts,
        invalid: invalid('engine-lost'),
        acknowledged: { acknowledged: 500, missing: 0, examples: [] },
      }),
    }),
    'INVALID',
  ],
  [
    'is invalid when every step dropped work and looks fast',
    evidence({
      resolved: smallPeak,
      measurements: measurementsFixture({
        steps: checkouts
          .slice(1)
          .map(({ index, offeredPerSecond }) =>
            stepFixture(
              { flow: 'checkout', offeredPerSecond, p99Ms: 20, dropped: 9, invalid: invalid('dropped-iterations') },
              index,
            ),
          ),
      }),
    }),
    'INVALID',
  ],
  [
    'is invalid when only the step at the peak dropped work',
    afterOneThatPassed({ offeredPerSecond: 110, dropped: 5, invalid: invalid('dropped-iterations') }),
    'INVALID',
  ],
  [
    'fails when dropped work did not even help',
    afterOneThatPassed({ offeredPerSecond: 90, p99Ms: 900, dropped: 5, invalid: invalid('dropped-iterations') }),
    'FAIL',
  ],
  [
    'is invalid when the generator was the slow one',
    afterOneThatPassed({ offeredPerSecond: 90, p99Ms: 900, invalid: invalid('generator-saturated') }),
    'INVALID',
  ],
  [
    'fails when errors cross their target at the peak',
    afterOneThatPassed({ offeredPerSecond: 90, errors: 50 }),
    'FAIL',
  ],
  [
    'is invalid without a dataset of ours',
    evidence({ resolved: smallPeak, dataset: null, measurements: measurementsFixture({ steps: checkouts }) }),
    'INVALID',
  ],
  [
    'is invalid when the load met other data',
    evidence({
      resolved: smallPeak,
      measurements: { ...measurementsFixture({ steps: checkouts }), datasetFingerprint: 'another' },
    }),
    'INVALID',
  ],
  [
    'is invalid when one table is short of one row',
    evidence({
      resolved: smallPeak,
      measurements: measurementsFixture({
        steps: checkouts,
        tables: measurementsFixture({ dataset }).tables.map((table) =>
          table.shard === 5 ? { ...table, orders: table.orders - 1 } : table,
        ),
      }),
    }),
    'INVALID',
  ],
  [
    'is invalid when the search index lost a document',
    evidence({
      resolved: smallPeak,
      measurements: withSearchDocuments(dataset.rows.orders - 1),
    }),
    'INVALID',
  ],
  [
    'passes on a target whose rows are not ours to count',
    evidence({ resolved: smallPeak, measurements: notOurs() }),
    'PASS',
  ],
  [
    'is invalid when rows that are ours were not counted',
    evidence({ resolved: smallPeak, measurements: { ...measurementsFixture({ steps: checkouts }), tables: [] } }),
    'INVALID',
  ],
  [
    'is invalid on a target elsewhere that changed its data',
    evidence({ resolved: smallPeak, measurements: { ...notOurs(), invalid: invalid('target-changed') } }),
    'INVALID',
  ],
  ['is invalid when nothing was measured', evidence({ measurements: measurementsFixture({ steps: [] }) }), 'INVALID'],
  [
    'is invalid when only the warm-up ran',
    evidence({ measurements: measurementsFixture({ steps: checkouts.slice(0, 1) }) }),
    'INVALID',
  ],
  [
    'fails when the tables overflow in the plan’s forecast, whatever the load did',
    evidence({
      resolved: resolvedPlanFixture({
        ordinaryCheckoutsPerSecond: 20,
        peakCheckoutsPerSecond: { low: 80, mid: 100, high: 120 },
        forecast: { verdict: 'FAIL', probabilityAnyTableExceeds: 0.6 },
      }),
      measurements: measurementsFixture({ steps: checkouts }),
    }),
    'FAIL',
  ],
  [
    'is at risk when the tables may overflow and everything measured passes',
    evidence({
      resolved: tablesAtRisk(100),
      measurements: measurementsFixture({ steps: checkouts }),
      ladder: fullLadderFixture(),
    }),
    'AT RISK',
  ],
  [
    'fails when the tables are at risk and the load fails',
    evidence({ resolved: tablesAtRisk(100), measurements: onlyStep({ offeredPerSecond: 10, p99Ms: 900 }) }),
    'FAIL',
  ],
  [
    'is invalid when the tables are at risk and nothing else is known',
    evidence({
      resolved: tablesAtRisk(100),
      measurements: measurementsFixture({ steps: checkouts, invalid: invalid('engine-lost') }),
    }),
    'INVALID',
  ],
]

function tablesAtRisk(checkoutsPerSecond: number) {
  return resolvedPlanFixture({
    ordinaryCheckoutsPerSecond: 20,
    peakCheckoutsPerSecond: { low: checkoutsPerSecond, mid: checkoutsPerSecond, high: checkoutsPerSecond },
    forecast: { verdict: 'AT RISK', probabilityAnyTableExceeds: 0.23 },
  })
}

function withSearchDocuments(searchDocuments: number): Measurements {
  const measurements = measurementsFixture({ steps: checkouts })
  return { ...measurements, sizes: measurements.sizes && { ...measurements.sizes, searchDocuments } }
}

function notOurs(): Measurements {
  const measurements = measurementsFixture({ steps: checkouts, tables: [] })
  return { ...measurements, sizes: null, conditions: { ...measurements.conditions, versions: { k6: '2.2.0' } } }
}

const DEFAULT_PLAN = readFileSync(new URL('../plan.yaml', import.meta.url), 'utf8')

/** The plan of this checkout, with changes as on the command line. */
function runOf(...changes: readonly string[]) {
  const plan = parsePlan(DEFAULT_PLAN, 'plan.yaml', 'tables', changes.map(parsePlanChange))
  const { verdict, claims, answer } = capacityOf(evidence({ resolved: resolvePlan(plan), ladder: fullLadderFixture() }))
  const line = answer.find(({ about }) => about === 'Rows per table')
  return { verdict, rows: claims.find(({ id }) => id === 'rows-per-table'), sentence: line?.sentence }
}

describe('the plan of this checkout', () => {
  it('is at risk, and names the month to decide by', () => {
    const { verdict, rows, sentence } = runOf()
    expect([verdict, rows?.verdict, rows?.basis]).toEqual(['AT RISK', 'AT RISK', 'planned'])
    expect(rows).toMatchObject({ unit: 'rows', target: 50e6, bound: 'at-most' })
    expect(sentence).toMatch(/2028-11, P = 0\.23\. More tables must be decided on by 2028-04\.$/)
  })

  it('holds with 30 % growth', () => {
    const { verdict, rows } = runOf('orders.yearlyGrowth.mid=0.3')
    expect([verdict, rows?.verdict]).toEqual(['PASS', 'PASS'])
    expect(rows?.interval?.high).toBeLessThan(50e6)
  })

  it('fails with 80 % growth, naming the month', () => {
    const { verdict, rows, sentence } = runOf('orders.yearlyGrowth.mid=0.8')
    expect([verdict, rows?.verdict]).toEqual(['FAIL', 'FAIL'])
    expect(rows?.value).toBeGreaterThan(50e6)
    expect(sentence).toMatch(/^The fullest table passes 50.M rows in 2028-06 .* decided on by 2027-09\.$/)
  })
})

describe('a deployment in the plan', () => {
  /** The flows of the fixture ran alone, and these run in a mix only. */
  const requestsPerOrder = { pay: 0, cancel: 0 }
  const runWith = (changes: Parameters<typeof deploymentFixture>[0] = {}, parts: Partial<Evidence> = {}) => {
    const resolved = resolvedPlanFixture({ deployment: deploymentFixture(changes), requestsPerOrder })
    return capacityOf(evidence({ resolved, ladder: fullLadderFixture(), ...parts }))
  }
  const tiersThat = (wanted: Verdict, { claims }: ReturnType<typeof runWith>) =>
    claims.filter(({ id, verdict }) => id.startsWith('deployment-') && verdict === wanted).map(({ id }) => id)

  it('passes when every tier carries the peak', () => {
    const run = runWith()
    expect(run.verdict).toBe('PASS')
    expect(tiersThat('PASS', run)).toHaveLength(11)
    expect(run.claims.find(({ id }) => id === 'deployment-mysql-cpu')).toMatchObject({ basis: 'modelled', target: 1 })
    expect(run.proposal).toBeNull()
    expect(run.weaknesses.join()).toContain('The deployment is modelled from what a request costs with 0.044')
    expect(capacityOf(evidence()).weaknesses.join()).not.toContain('The deployment is modelled')
  })

  it('fails when one tier is too small, naming it and the factor', () => {
    const run = runWith({ services: { hosts: 1, cores: 16, memoryBytes: 64e9 } })
    expect([run.verdict, tiersThat('FAIL', run)]).toEqual(['FAIL', ['deployment-services']])
    const [services] = run.claims.filter(({ id }) => id === 'deployment-services')
    // 31.8 cores in the peak second and 30 % more, of 16.
    expect(services?.value).toBeCloseTo(2.59, 2)
    expect(services?.reason).toMatch(/^CPU of the services is 2\.6 times too small/)
    expect(run.answer.find(({ about }) => about === 'Deployment')?.sentence).toMatch(
      /^Too small for the plan: CPU of the services is 2\.6 times/,
    )
  })

  it('is at risk when a tier is enough in the middle case only', () => {
    const run = runWith({ services: { hosts: 3, cores: 16, memoryBytes: 64e9 } })
    expect([run.verdict, tiersThat('AT RISK', run)]).toEqual(['AT RISK', ['deployment-services']])
  })

  it('is not judged where what a request costs was not measured', () => {
    const run = runWith({}, { measurements: measurementsFixture({ steps: checkouts }) })
    expect(run.verdict).toBe('INVALID')
    expect(tiersThat('INVALID', run)).toContain('deployment-mysql-cpu')
    const [cpu] = run.claims.filter(({ id }) => id === 'deployment-mysql-cpu')
    expect(cpu).toMatchObject({
      value: null,
      reason: expect.stringContaining('list, detail, search costs was not measured'),
    })
  })

  it('is withheld while the evidence is broken', () => {
    const run = runWith({}, { measurements: measurementsFixture({ invalid: invalid('engine-lost') }) })
    expect(tiersThat('INVALID', run)).toHaveLength(11)
    expect(run.deployment?.every(({ used }) => used === null)).toBe(true)
  })

  it('is proposed where the plan names none, and no verdict rests on it', () => {
    const resolved = resolvedPlanFixture({ requestsPerOrder })
    const { claims, proposal, answer, deployment } = capacityOf(evidence({ resolved }))
    expect(deployment).toBeNull()
    expect(claims.some(({ id }) => id.startsWith('deployment-'))).toBe(false)
    expect(answer.find(({ about }) => about === 'Deployment')?.verdict).toBeNull()
    expect(proposal?.candidates).toHaveLength(2)
    for (const { deployment: proposed } of proposal?.candidates ?? []) {
      expect(parsePlan(`${DEFAULT_PLAN}\n${asYaml(proposed)}`, 'plan.yaml').deployment).toEqual(proposed)
      expect(runWith(proposed).verdict).toBe('PASS')
    }
  })
})

describe('the verdict of a run', () => {
  it.each(CASES)('%s', (_, given, verdict) => {
    expect(capacityOf(given).verdict).toBe(verdict)
  })
})
