import { describe, expect, it } from 'vitest'
import { EXPECTS_AN_ANSWER, EXPECTS_SUCCESS, expectsAnyOf } from './expected.ts'

describe('what a script expects', () => {
  it.each([
    [0, false],
    [199, false],
    [200, true],
    [302, true],
    [399, true],
    [400, false],
    [503, false],
  ])('is 200 to 399 by default: %i %s', (status, right) => {
    expect(EXPECTS_SUCCESS(status)).toBe(right)
  })

  it('is what it says: single statuses and ranges', () => {
    const expects = expectsAnyOf([404, { min: 200, max: 204 }])
    expect([404, 200, 204].every(expects)).toBe(true)
    expect([205, 403, 0].some(expects)).toBe(false)
  })

  it('is an answer at least', () => {
    expect(EXPECTS_AN_ANSWER(503)).toBe(true)
    expect(EXPECTS_AN_ANSWER(0)).toBe(false)
  })
})
