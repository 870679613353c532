import { describe, expect, it } from 'vitest'
import type { Verdict } from '../contracts/capacity.ts'
import type { InvalidCode, Measurements, Step } from '../contracts/measurement.ts'
import { fullLadderFixture } from '../measurements/fixtures/ladder.ts'
import { capacityOf, type Evidence } from './capacity.ts'
import { checkouts, dataset, evidence, invalid, smallPeak } from './fixtures/evidence.ts'
import { measurementsFixture, stepFixture } from './fixtures/measurements.ts'
import { resolvedPlanFixture } from './fixtures/resolved-plan.ts'

const spoilt = (step: Step, code: InvalidCode): Step =>
  stepFixture({ flow: 'checkout', offeredPerSecond: step.offeredPerSecond, invalid: invalid(code) }, step.index)

/** Forty checkouts a second, then another step. */
const afterOneThatPassed = (second: Omit<Parameters<typeof stepFixture>[0], 'flow'>): Evidence =>
  evidence({
    resolved: smallPeak,
    measurements: measurementsFixture({
      steps: [
        stepFixture({ flow: 'checkout', offeredPerSecond: 40 }, 1),
        stepFixture({ flow: 'checkout', ...second }, 2),
      ],
    }),
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
    'is invalid when no table was full, whatever else passed',
    evidence({ resolved: smallPeak, measurements: measurementsFixture({ steps: checkouts }) }),
    'INVALID',
  ],
  ['fails when the peak is beyond the first failing step', evidence(), 'FAIL'],
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
    evidence({ resolved: tablesAtRisk(3_180), measurements: measurementsFixture({ steps: checkouts }) }),
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

describe('the verdict of a run', () => {
  it.each(CASES)('%s', (_, given, verdict) => {
    expect(capacityOf(given).verdict).toBe(verdict)
  })
})
