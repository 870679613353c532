// A refusal as old apps are told of it: a number and a sentence, with HTTP 200.

import { LEGACY_CODES, type LegacyAnswer, type LegacyCode } from '../../contracts/legacy-api.ts'
import type { ErrorCode, SutError } from '../errors.ts'

const CODE_OF: Partial<Readonly<Record<ErrorCode, LegacyCode>>> = {
  unauthenticated: LEGACY_CODES.notLoggedIn,
  forbidden: LEGACY_CODES.notLoggedIn,
  'signature-required': LEGACY_CODES.notLoggedIn,
  'not-found': LEGACY_CODES.notFound,
  'method-not-allowed': LEGACY_CODES.notFound,
  'status-conflict': LEGACY_CODES.wrongStatus,
  'unknown-product': LEGACY_CODES.noSuchProduct,
  'too-many-requests': LEGACY_CODES.tooOften,
  internal: LEGACY_CODES.systemError,
  'outcome-unknown': LEGACY_CODES.unknownOutcome,
}

/** What is not named above: below 500 something is wrong with the form, else the same form may be sent again. */
export function legacyRefusal(error: SutError): LegacyAnswer<never> {
  const otherwise = error.status < 500 ? LEGACY_CODES.badParameter : LEGACY_CODES.busy
  return { code: CODE_OF[error.code] ?? otherwise, msg: error.message, data: null }
}
