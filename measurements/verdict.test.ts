import { describe, expect, it } from 'vitest'
import type { LoadResult, Measurements } from '../contracts/measurement.ts'
import { verdictOf } from './verdict.ts'

const result = (verdict: LoadResult['verdict']): LoadResult => ({
  load: 'list',
  flows: ['list'],
  verdict,
  operatingPoint: null,
  bracket: null,
  reason: 'seen',
  claim: null,
})
const lost = { acknowledged: 10, missing: 1, examples: ['1'] }
const lied = { acknowledged: 9, wrong: 1, examples: ['2'] }
const of = (verdicts: readonly LoadResult['verdict'][], changes: Partial<Measurements> = {}) =>
  verdictOf({ results: verdicts.map(result), invalid: [], acknowledged: null, ...changes } as unknown as Measurements)

describe('the verdict of a load', () => {
  it.each([
    ['every load passed', of(['PASS', 'PASS']), 'PASS'],
    ['one could not be judged', of(['PASS', 'INVALID']), 'INVALID'],
    ['one is proven to miss, whatever the others are', of(['PASS', 'INVALID', 'FAIL']), 'FAIL'],
    ['nothing was loaded', of([]), 'INVALID'],
    ['an acknowledged order is lost, however fast', of(['PASS'], { acknowledged: lost }), 'FAIL'],
    ['an order is not paid that was', of(['PASS'], { acknowledged: { ...lost, missing: 0, settled: lied } }), 'FAIL'],
    ['no acknowledged order is lost', of(['PASS'], { acknowledged: { ...lost, missing: 0 } }), 'PASS'],
    ['the run itself is broken', of(['FAIL'], { invalid: [{ code: 'engine-lost', evidence: 'x' }] }), 'INVALID'],
    [
      'an acknowledged order is lost with an engine',
      of(['PASS'], { invalid: [{ code: 'engine-lost', evidence: 'x' }], acknowledged: lost }),
      'FAIL',
    ],
    [
      'an order is not paid that was, and the load was interrupted',
      of(['INVALID'], {
        invalid: [{ code: 'interrupted', evidence: 'x' }],
        acknowledged: { ...lost, missing: 0, settled: lied },
      }),
      'FAIL',
    ],
  ] as const)('%s', (_, seen, verdict) => {
    expect(seen).toBe(verdict)
  })

  it('is what is proven even where a report finds the evidence broken', () => {
    const measurements = { results: [result('PASS')], invalid: [], acknowledged: null }
    expect(verdictOf(measurements)).toBe('PASS')
    expect(verdictOf(measurements, true)).toBe('INVALID')
    expect(verdictOf({ ...measurements, acknowledged: lost }, true)).toBe('FAIL')
  })
})
