// The error catalogue: every code the SUT answers with, its HTTP status, and what may be told to the client.

export const ERROR_STATUS = {
  'bad-request': 400,
  'decryption-failed': 400,
  'encryption-required': 400,
  'idempotency-key-missing': 400,
  'signature-expired': 401,
  'signature-invalid': 401,
  'signature-required': 401,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  'method-not-allowed': 405,
  'request-timeout': 408,
  'idempotency-key-in-flight': 409,
  'request-replayed': 409,
  'status-conflict': 409,
  'switch-busy': 409,
  'switch-refused': 409,
  'payload-too-large': 413,
  'uri-too-long': 414,
  'unsupported-media-type': 415,
  'idempotency-key-reused': 422,
  'unknown-product': 422,
  'too-many-requests': 429,
  'headers-too-large': 431,
  internal: 500,
  'clock-went-back': 503,
  'nonces-unavailable': 503,
  'outcome-unknown': 503,
  overloaded: 503,
  'search-unavailable': 503,
  unavailable: 503,
  'deadline-exceeded': 504,
} as const

export type ErrorCode = keyof typeof ERROR_STATUS

export interface SutErrorOptions {
  /** Sent as Retry-After: the same request may be sent again after this long. */
  readonly retryAfterSeconds?: number
  readonly cause?: unknown
}

/** A failure with an answer for the client. The message is public: no address, no SQL, no secret in it. */
export class SutError extends Error {
  override readonly name = 'SutError'
  readonly code: ErrorCode
  readonly retryAfterSeconds: number | undefined

  constructor(code: ErrorCode, message: string, options: SutErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.retryAfterSeconds = options.retryAfterSeconds
  }

  get status(): number {
    return ERROR_STATUS[this.code]
  }
}

/** A change whose answer was lost: `wayOut` tells its caller how to learn whether it was made. */
export function outcomeUnknown(wayOut: string, cause?: unknown): SutError {
  return new SutError('outcome-unknown', `it may or may not have been stored; ${wayOut}`, {
    retryAfterSeconds: 1,
    cause,
  })
}

export function isErrorCode(text: unknown): text is ErrorCode {
  return typeof text === 'string' && Object.hasOwn(ERROR_STATUS, text)
}
