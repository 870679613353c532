import { describe, expect, it } from 'vitest'
import type { Capacity } from '../contracts/capacity.ts'
import type { InvalidCode, LoadFlow, Measurements, Profile, Step } from '../contracts/measurement.ts'
import { FLOWS, type Flow, type ResolvedPlan } from '../contracts/plan.ts'
import { judgeLoad, withReport } from './verdict.ts'

const perFlow = <T>(value: T) => Object.fromEntries(FLOWS.map((flow) => [flow, value])) as Record<Flow, T>

/** Only what the verdict reads: 100 ms and 1 % for every flow, 1 000/s at the peak. */
const PLAN = {
  plan: { targets: perFlow({ p99Ms: 100, errorRate: 0.01 }), requestsPerOrder: perFlow(1) },
  peak: { ratePerSecond: perFlow({ low: 500, mid: 1000, high: 2000 }) },
  ordinaryRatePerSecond: perFlow(100),
} as unknown as ResolvedPlan

function step(offeredPerSecond: number, p99Ms: number, codes: readonly InvalidCode[] = []): Step {
  return {
    flow: 'list',
    kind: 'measured',
    offeredPerSecond,
    errorRate: 0,
    fromIntendedStart: { p99Ms },
    byFlow: {},
    invalid: codes.map((code) => ({ code, evidence: 'because' })),
  } as unknown as Step
}

function verdictOf(
  profile: Profile,
  steps: readonly Step[],
  invalid: readonly InvalidCode[] = [],
  flows: readonly LoadFlow[] = ['list'],
) {
  const reasons = invalid.map((code) => ({ code, evidence: 'because' }))
  return judgeLoad({ profile, steps, invalid: reasons } as unknown as Measurements, PLAN, flows)
}

describe('judgeLoad', () => {
  it.each([
    ['knee: the peak is carried', 'knee', [step(800, 20), step(1100, 30)], 'PASS'],
    ['knee: it fails below the peak', 'knee', [step(300, 20), step(400, 300)], 'FAIL'],
    [
      'knee: it fails, though something was dropped as well',
      'knee',
      [step(300, 20), step(400, 300, ['dropped-iterations'])],
      'FAIL',
    ],
    ['knee: the generator ends the climb', 'knee', [step(300, 20), step(400, 300, ['generator-saturated'])], 'INVALID'],
    ['knee: the climb ends early', 'knee', [step(300, 20)], 'INVALID'],
    ['knee: nothing was measured', 'knee', [], 'INVALID'],
    ['hold: every step passes', 'hold', [step(50, 20), step(50, 20)], 'PASS'],
    ['hold: one step of three is too slow', 'hold', [step(50, 20), step(50, 101), step(50, 20)], 'FAIL'],
    ['hold: one step of two carries no claim', 'hold', [step(50, 20), step(50, 20, ['not-steady'])], 'INVALID'],
    ['hold: nothing was measured', 'hold', [], 'INVALID'],
  ] as const)('%s', (_, profile, steps, verdict) => {
    expect(verdictOf(profile, steps).verdict).toBe(verdict)
  })

  it('is INVALID whatever the steps say when the run is', () => {
    expect(verdictOf('hold', [step(50, 20)], ['engine-lost']).verdict).toBe('INVALID')
    expect(verdictOf('hold', [step(50, 200)], ['engine-lost']).verdict).toBe('INVALID')
  })

  it('states the bracket', () => {
    const [list] = verdictOf('knee', [step(100, 20), step(300, 900), step(200, 40), step(250, 400)]).flows
    expect(list).toMatchObject({ lastPassPerSecond: 200, firstFailPerSecond: 250, peakPerSecond: 1000 })
  })

  it('is INVALID when the report finds the evidence broken', () => {
    const passed = verdictOf('hold', [step(50, 20)])
    const claim = (verdict: string) => ({ claims: [{ subject: 'evidence', verdict }] }) as unknown as Capacity
    expect(withReport(passed, claim('PASS')).verdict).toBe('PASS')
    expect(withReport(passed, claim('INVALID')).verdict).toBe('INVALID')
  })

  it('is as bad as its worst flow', () => {
    expect(verdictOf('hold', [step(50, 20)], [], ['list', 'detail']).verdict).toBe('INVALID')
  })
})
