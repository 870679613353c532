import { describe, expect, it } from 'vitest'
import { answersToProve, errorVerdict } from './error-test.ts'

describe('errors against a target', () => {
  it('2 995 answers without an error prove 0.1 %, 2 994 do not', () => {
    expect(errorVerdict(0, 2995, 0.001)).toBe('pass')
    expect(errorVerdict(0, 2994, 0.001)).toBe('undecided')
    expect(answersToProve(0, 0, 0.001)).toBe(2995)
  })

  it('one error in 400 proves nothing about 0.1 %; eight of 400 do', () => {
    expect(errorVerdict(1, 400, 0.001)).toBe('undecided')
    expect(errorVerdict(8, 400, 0.001)).toBe('fail')
  })

  it('what errs as often as the target allows, or more, is never proven by more of the same', () => {
    expect(answersToProve(2, 1000, 0.001)).toBeNull()
    expect(errorVerdict(0, 1e6, 0)).toBe('undecided')
    expect(answersToProve(0, 1e6, 0)).toBeNull()
    const needed = answersToProve(1, 4000, 0.001)!
    expect(errorVerdict(Math.ceil(needed / 4000), needed, 0.001)).toBe('pass')
  })
})
