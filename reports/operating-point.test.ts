import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CapacityPoint } from '../contracts/capacity.ts'
import { type InvalidCode, OUTCOMES, type Outcome } from '../contracts/measurement.ts'
import { searchOperatingPoint } from './capacity-model/slo-search.ts'
import { operatingPoint } from './operating-point.ts'

function point(offeredPerSecond: number, outcome: Outcome, code?: InvalidCode): CapacityPoint {
  return {
    index: 1,
    durationSeconds: 20,
    offeredPerSecond,
    kind: 'measured',
    goodPerSecond: offeredPerSecond,
    samples: 1000,
    p99Ms: 10,
    serviceP99Ms: 10,
    errorRate: 0,
    dropped: 0,
    generatorCpu: null,
    machineCpu: null,
    outcome,
    reasons: outcome === 'pass' ? [] : [`${outcome} at ${offeredPerSecond}`],
    invalid: code === undefined ? [] : [{ code, evidence: 'seen' }],
  }
}

describe('the operating point', () => {
  it.each([
    ['brackets the climb', [point(100, 'pass'), point(200, 'pass'), point(300, 'fail')], 200, 300, 'fail at 300'],
    ['has no upper end when nothing failed', [point(100, 'pass'), point(200, 'pass')], 200, null, null],
    ['has no lower end when nothing passed', [point(100, 'fail')], null, 100, 'fail at 100'],
    [
      'does not trust a pass above a failure',
      [point(100, 'pass'), point(200, 'fail'), point(300, 'pass')],
      100,
      200,
      'fail at 200',
    ],
    [
      'does not trust a rate of which one repeat failed',
      [point(100, 'pass'), point(200, 'pass'), point(200, 'fail')],
      100,
      200,
      'fail at 200',
    ],
    [
      'does not trust a rate of which one repeat is invalid',
      [point(100, 'pass'), point(200, 'pass'), point(200, 'invalid')],
      100,
      null,
      'invalid at 200',
    ],
    [
      'says why the climb proved nothing more',
      [point(100, 'pass'), point(200, 'invalid')],
      100,
      null,
      'invalid at 200',
    ],
    [
      'does not trust a pass above a step that was not sustained',
      [point(100, 'invalid', 'not-steady'), point(200, 'pass'), point(300, 'fail')],
      null,
      300,
      'invalid at 100',
    ],
    [
      'takes what came from outside for no miss: the repeat at its rate passes, and so do rates above it',
      [
        point(100, 'invalid', 'machine-busy'),
        point(100, 'pass'),
        point(200, 'invalid', 'generator-late'),
        point(300, 'pass'),
      ],
      300,
      null,
      null,
    ],
    [
      'says that every try at the highest rate was spoilt',
      [point(100, 'pass'), point(200, 'invalid', 'machine-busy'), point(200, 'invalid', 'machine-busy')],
      100,
      null,
      'invalid at 200',
    ],
    [
      'counts a miss beside which something came between, when it is proven all the same',
      [point(100, 'pass'), point(200, 'fail', 'not-steady')],
      100,
      200,
      'fail at 200',
    ],
    ['of nothing is nothing', [], null, null, null],
  ] as const)('%s', (_, points, lastPassPerSecond, firstFailPerSecond, limitedBy) => {
    expect(operatingPoint(points)).toEqual({ lastPassPerSecond, firstFailPerSecond, limitedBy, searched: null })
  })

  it('takes nothing from a probe', () => {
    const probe = { ...point(300, 'fail'), kind: 'probe' as const }
    expect(operatingPoint([point(100, 'pass'), probe])).toMatchObject({
      lastPassPerSecond: 100,
      firstFailPerSecond: null,
    })
  })

  it('is the same in any order, and its ends never cross', () => {
    const points = fc.array(
      fc
        .tuple(fc.integer({ min: 1, max: 20 }), fc.constantFrom(...OUTCOMES))
        .map(([rate, outcome]) => point(rate, outcome)),
    )
    fc.assert(
      fc.property(points, (steps) => {
        const { lastPassPerSecond, firstFailPerSecond } = operatingPoint(steps)
        const reversed = operatingPoint(steps.toReversed())
        expect([reversed.lastPassPerSecond, reversed.firstFailPerSecond]).toEqual([
          lastPassPerSecond,
          firstFailPerSecond,
        ])
        expect(lastPassPerSecond ?? 0).toBeLessThan(firstFailPerSecond ?? 99)
      }),
    )
  })

  it('is the one that the model finds from raw steps', () => {
    const targets = { p99Seconds: 1, errorRate: 0.01 }
    const steps = fc.array(fc.tuple(fc.integer({ min: 1, max: 20 }), fc.boolean()), { minLength: 1 })
    fc.assert(
      fc.property(steps, (rates) => {
        const { lastPassPerSecond, firstFailPerSecond } = operatingPoint(
          rates.map(([rate, passes]) => point(rate, passes ? 'pass' : 'fail')),
        )
        const { lastPass, firstFail } = searchOperatingPoint({
          targets,
          steps: rates.map(([offered, passes]) => ({
            offered,
            achieved: offered,
            p99Seconds: passes ? 0.5 : 2,
            errorRate: 0,
            dropped: 0,
          })),
        })
        expect([lastPass, firstFail]).toEqual([lastPassPerSecond, firstFailPerSecond])
      }),
    )
  })
})
