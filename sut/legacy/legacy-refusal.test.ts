import { describe, expect, it } from 'vitest'
import { LEGACY_CODES } from '../../contracts/legacy-api.ts'
import { ERROR_STATUS, type ErrorCode, SutError } from '../errors.ts'
import { legacyRefusal } from './legacy-refusal.ts'

describe('refusals of the old interfaces', () => {
  it('are numbers and sentences, and never the code of a success', () => {
    for (const code of Object.keys(ERROR_STATUS) as ErrorCode[]) {
      const { code: number, msg, data } = legacyRefusal(new SutError(code, 'why'))
      expect(number).toBeGreaterThan(LEGACY_CODES.ok)
      expect([msg, data]).toEqual(['why', null])
    }
  })

  it.each<[ErrorCode, number]>([
    ['bad-request', LEGACY_CODES.badParameter],
    ['unauthenticated', LEGACY_CODES.notLoggedIn],
    ['status-conflict', LEGACY_CODES.wrongStatus],
    ['overloaded', LEGACY_CODES.busy],
    ['deadline-exceeded', LEGACY_CODES.busy],
    ['outcome-unknown', LEGACY_CODES.unknownOutcome],
    ['internal', LEGACY_CODES.systemError],
  ])('tell %s as %s', (code, number) => {
    expect(legacyRefusal(new SutError(code, 'why')).code).toBe(number)
  })
})
