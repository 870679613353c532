import { describe, expect, it } from 'vitest'
import { type FlowFigures, INVALID_CODES, type InvalidCode } from '../contracts/measurement.ts'
import { rightAnswersOf } from './right-answers.ts'

const figures = (iterations: number, errors = 0) =>
  ({
    iterations,
    errors,
    failures: errors === 0 ? [] : [{ what: 'status 503', count: errors }],
  }) as unknown as FlowFigures
const seen = (flows: Readonly<Record<string, FlowFigures>>, codes: readonly InvalidCode[] = []) =>
  rightAnswersOf({ flows, invalid: codes.map((code) => ({ code, evidence: 'seen' })) })

describe('right answers', () => {
  it('pass where every request was answered rightly, and say how many that were', () => {
    expect(seen({ list: figures(400), checkout: figures(200) })).toEqual({
      verdict: 'PASS',
      reason: 'all 600 requests were answered rightly',
      requests: 600,
      wrong: 0,
    })
  })

  it('fail for a single wrong answer, however many were right, and name its flow', () => {
    expect(seen({ list: figures(100_000), checkout: figures(200, 1) })).toEqual({
      verdict: 'FAIL',
      reason: 'checkout: 1 of 200 requests were not answered rightly (most often: status 503)',
      requests: 100_200,
      wrong: 1,
    })
  })

  it.each(INVALID_CODES)('never pass a window that is %s', (code) => {
    expect(seen({ list: figures(600) }, [code])).toMatchObject({ verdict: 'INVALID', reason: `${code}: seen` })
  })

  it.each(['generator-failed', 'generator-late', 'machine-busy', 'target-dead', 'engine-lost'] as const)(
    'blame nobody for wrong answers beside %s',
    (code) => {
      expect(seen({ list: figures(600, 6) }, ['not-steady', code])).toMatchObject({
        verdict: 'INVALID',
        reason: `${code}: seen`,
      })
    },
  )

  it('fail for wrong answers although less than what was offered arrived', () => {
    expect(seen({ list: figures(500, 6) }, ['rate-not-achieved']).verdict).toBe('FAIL')
  })

  it('say nothing of a flow that nobody asked for', () => {
    expect(seen({ list: figures(600), search: figures(0) })).toMatchObject({
      verdict: 'INVALID',
      reason: 'no request of search: hold longer',
    })
  })
})
