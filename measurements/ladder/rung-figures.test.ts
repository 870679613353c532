import { describe, expect, it } from 'vitest'
import type { Step } from '../../contracts/measurement.ts'
import { measurementsFixture, stepFixture } from '../../reports/fixtures/measurements.ts'
import { resolvedPlanFixture } from '../../reports/fixtures/resolved-plan.ts'
import { flowFixture } from '../fixtures/ladder.ts'
import { heldTogether, hitRatio, rungFlow } from './rung-figures.ts'

const targets = resolvedPlanFixture().plan.targets
const SHORT = { flow: 'list', offeredPerSecond: 110, durationSeconds: 10 } as const
const common = (changes: object = {}): Step => ({ ...stepFixture({ ...SHORT, ...changes }), purpose: 'common' })

describe('holds of one rate', () => {
  it('prove together what none of them proves alone', () => {
    const repeats = [common(), common(), common()]
    expect(repeats.map(({ judgement }) => judgement.outcome)).toEqual(['undecided', 'undecided', 'undecided'])
    expect(heldTogether(repeats, 'list', targets)?.judgement.outcome).toBe('pass')
  })

  it('leave out what something from outside spoilt, and say so', () => {
    const spoilt = common({ p99Ms: 5_000, invalid: [{ code: 'machine-busy', evidence: 'a test' }] })
    const held = heldTogether([common(), common(), common(), spoilt], 'list', targets)
    expect(held?.judgement.outcome).toBe('pass')
    expect(held?.repeats.at(-1)?.invalid).toEqual(['machine-busy'])
  })

  it('prove nothing where all of them were spoilt', () => {
    const spoilt = common({ invalid: [{ code: 'machine-busy', evidence: 'a test' }] })
    expect(heldTogether([spoilt, spoilt], 'list', targets)?.judgement.outcome).toBe('invalid')
  })
})

describe('a flow at a rung', () => {
  const of = { flow: 'list', targets, idle: { mysql: 0.01, system: 0.041 }, evidence: 'rungs/x' } as const
  const measured = measurementsFixture()
  const rung = (highest: object) =>
    rungFlow(
      {
        ...measured,
        steps: [common(), common()],
        results: [
          { load: 'list', flows: ['list'], verdict: 'PASS', bracket: null, reason: '', claim: null, ...highest },
        ] as never,
      },
      of,
    )

  it('costs what its requests cost, idling apart', () => {
    const { mysqlCpuMsPerRequest, cpuMsPerRequest } = rung({ operatingPoint: null })
    expect(mysqlCpuMsPerRequest).toBeCloseTo(0.31, 2)
    expect(cpuMsPerRequest).toBeCloseTo(0.06 + 0.82 + 0.31 + 0.02, 1)
  })

  it('has a highest rate also where the search stated no operating point', () => {
    expect(rung({ operatingPoint: null, highest: { low: 100, high: 144 } }).highest).toEqual({
      ratePerSecond: 120,
      low: 100,
      high: 144,
    })
    expect(rung({ operatingPoint: null, highest: { low: 100, high: null } }).highest?.high).toBeNull()
    expect(rung({ operatingPoint: null, highest: null }).highest).toBeNull()
    const stated = { ratePerSecond: 250, interval: { low: 240, high: 260 }, blocks: 9, rarestEventSeconds: 15 }
    expect(rung({ operatingPoint: stated, highest: { low: 1, high: 900 } }).highest?.ratePerSecond).toBe(250)
  })
})

it('counts a hit for every page request that read nothing', () => {
  expect(hitRatio({ list: flowFixture('pass') })).toBeCloseTo(1 - 0.5 / 30)
  expect(hitRatio({})).toBeNull()
})
