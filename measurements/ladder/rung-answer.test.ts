import { describe, expect, it } from 'vitest'
import type { HeldTogether } from '../../contracts/ladder.ts'
import type { Outcome } from '../../contracts/measurement.ts'
import { type Answer, rungAnswer } from './rung-answer.ts'

const searched = (lastPass: number | null): Answer => ({
  verdict: lastPass === null ? 'INVALID' : 'PASS',
  reason: 'the time was over',
  operatingPoint: null,
  bracket: { lastPass, firstFail: 820 },
  highest: { low: 600, high: 820 },
})
const held = (ratePerSecond: number, outcome: Outcome): HeldTogether => ({
  ratePerSecond,
  repeats: [],
  judgement: { outcome, slow: null, errors: null, by: [] },
})

describe('a rung answers', () => {
  it('by its repeats, where the search proved no rate', () => {
    expect(rungAnswer(searched(null), [held(126, 'pass'), held(40, 'pass')])).toEqual({
      ...searched(null),
      verdict: 'PASS',
      bracket: { lastPass: 126, firstFail: 820 },
      reason: '126/s was held within the targets, by its repeats together',
    })
  })

  it.each(['undecided', 'invalid', 'fail'] as const)('as its search did, where the repeats are %s', (outcome) => {
    expect(rungAnswer(searched(null), [held(126, outcome)])).toEqual(searched(null))
  })

  it('as its search did, where that proved more', () => {
    expect(rungAnswer(searched(500), [held(126, 'pass')])).toEqual(searched(500))
  })
})
