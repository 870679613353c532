import { describe, expect, it } from 'vitest'
import type { FlowJudgement, Outcome, Step } from '../../contracts/measurement.ts'
import type { ResolvedPlan } from '../../contracts/plan.ts'
import { scheduleOf } from '../profiles.ts'
import { rightnessAnswer } from './answers-right.ts'
import type { Answer, Asked } from './asked.ts'

const asked: Asked = {
  load: { name: 'list', weights: { list: 1 } },
  context: {
    plan: { plan: { targets: {} } } as unknown as ResolvedPlan,
    observer: { backlogSeconds: () => [] },
  },
}
const schedule = scheduleOf({
  profile: 'smoke',
  ratePerSecond: null,
  durationSeconds: null,
  ordinaryPerSecond: 1,
  peakPerSecond: 1,
  hourShape: [1],
  peakSecondOverHour: 1,
  recoverySeconds: 30,
  shares: { list: 1 },
  targets: {},
})
const tenth = { share: 0.1, low: 0.08, high: 0.13, count: 600, basis: 'requests' } as const

function stepThat(outcome: Outcome, { errors = 0, by = [] }: { errors?: number; by?: FlowJudgement['by'] }): Step {
  const figures = { iterations: 600, errors, failures: errors === 0 ? [] : [{ what: 'status 503', count: errors }] }
  const judgement = { outcome, flows: { list: { outcome, slow: tenth, errors: tenth, by } } }
  return { offeredPerSecond: 40, flows: { list: figures }, invalid: [], judgement } as unknown as Step
}

function smokeOf(...steps: readonly Step[]): Answer {
  return rightnessAnswer(asked, schedule, { steps })
}

describe('a smoke', () => {
  it('passes for right answers alone: a few hundred prove no error rate, and that is not its claim', () => {
    expect(smokeOf(stepThat('undecided', { by: ['errors'] }))).toEqual({
      verdict: 'PASS',
      reason: 'all 600 requests were answered rightly',
      claim: {
        id: 'list-answers-right',
        claim: 'For 15 s at 40/s, every request of list is answered rightly.',
        value: 0,
        target: 0,
        bound: 'at-most',
        unit: 'wrong-answers',
        evidence: '0 of 600 requests not answered rightly',
      },
    })
  })

  it('fails for one wrong answer where no error rate is proven to be missed', () => {
    const { verdict, reason, claim } = smokeOf(stepThat('undecided', { errors: 1, by: ['errors'] }))
    expect([verdict, claim?.value]).toEqual(['FAIL', 1])
    expect(reason).toBe('list: 1 of 600 requests were not answered rightly (most often: status 503)')
  })

  it('tells a p99 target that was missed, and does not fail for it', () => {
    const { verdict, reason } = smokeOf(stepThat('fail', { by: ['slow'] }))
    expect(verdict).toBe('PASS')
    expect(reason).toMatch(/^all 600 requests were answered rightly; not asked here: .*over the p99 target/)
  })

  it('claims nothing where nothing was measured', () => {
    expect(smokeOf()).toMatchObject({ verdict: 'INVALID', claim: { value: null, evidence: 'unknown' } })
  })
})
