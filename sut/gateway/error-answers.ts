// What the gateway itself answers when it does not pass a request on, or gets no answer: the shape of the API's errors, for
// every status nginx knows. One location renders them all; the status says which code and message.

import { ADMIN_ROUTES } from '../../contracts/admin-api.ts'
import { BODY_LIMIT_BYTES } from '../../contracts/gateway-api.ts'
import { ADDRESSES } from '../../contracts/gateway-methods.ts'
import { ERROR_STATUS, type ErrorCode } from '../errors.ts'

/** As nginx spells it. All of it stays in memory, so that the workers never write a file. */
export const BODY_LIMIT = `${BODY_LIMIT_BYTES / 1024}k`

export const METHODS = ['GET', 'HEAD', 'POST'] as const

interface Answer {
  readonly code: ErrorCode
  readonly message: string
}

/** By what the client is told. A status not named here is `bad-request` below 500, else `internal`. */
const ANSWERS: readonly Answer[] = [
  { code: 'bad-request', message: 'this is not a request we understand' },
  { code: 'forbidden', message: 'not for this address' },
  { code: 'not-found', message: 'there is nothing at this address' },
  { code: 'method-not-allowed', message: 'this address does not take this method' },
  { code: 'request-timeout', message: 'the request did not arrive in time' },
  { code: 'payload-too-large', message: `the body is larger than ${BODY_LIMIT}` },
  { code: 'uri-too-long', message: 'the address is too long' },
  { code: 'too-many-requests', message: 'too many requests' },
  { code: 'headers-too-large', message: 'the headers are too large' },
  { code: 'internal', message: 'an unexpected error' },
]

const UNAVAILABLE: Answer = { code: 'unavailable', message: 'the service behind the gateway cannot be reached' }

/**
 * A change whose bytes were sent on and whose answer did not come may have been made. nginx sends a request on once, so
 * without a byte sent nothing can have happened. The first that fits.
 */
const LOST_CHANGES: readonly { readonly request: string; readonly message: string }[] = [
  {
    request: 'POST /v1/app/orders[? ]',
    message: 'it may or may not have been stored; send the same Idempotency-Key again',
  },
  {
    request: `POST ${ADMIN_ROUTES.changeProduct.path.replace(':productId', '')}`,
    message: 'it may or may not have been done; read the product, then decide',
  },
  {
    request: `POST ${ADMIN_ROUTES.switches.path}/`,
    message: 'it may or may not have been done; read the switches: a flip that was begun is brought to its end',
  },
  { request: 'POST ', message: 'it may or may not have been done; read the order, then decide' },
]

/** Into the `http` block. */
export function errorMaps(): string {
  const lost = LOST_CHANGES.map(({ request, message }) => ({ key: `"~^[1-9][0-9]* ${request}"`, message }))
  return `
  ${map('$upstream_bytes_sent $request', '$lost_code', [
    ['default', UNAVAILABLE.code],
    ...lost.map(({ key }): Entry => [key, 'outcome-unknown']),
  ])}
  ${map('$upstream_bytes_sent $request', '$lost_message', [
    ['default', UNAVAILABLE.message],
    ...lost.map(({ key, message }): Entry => [key, message]),
  ])}
  ${map('$status', '$error_code', [
    ['default', 'bad-request'],
    ['~^5', 'internal'],
    ...ANSWERS.map(({ code }): Entry => [`${ERROR_STATUS[code]}`, code]),
    ['503', '$lost_code'],
  ])}
  ${map('$status', '$error_message', [
    ['default', messageOf('bad-request')],
    ['~^5', messageOf('internal')],
    ...ANSWERS.map(({ code, message }): Entry => [`${ERROR_STATUS[code]}`, message]),
    ['503', '$lost_message'],
  ])}
  ${map('$status', '$error_retry_after', [
    ['default', ''],
    ['429', '1'],
    ['503', '1'],
  ])}
  map $request_uri $request_path {
    ~^(?<path_asked>[^?]*) $path_asked;
  }
  ${map('$status $request_path', '$error_allow', [
    ['default', ''],
    ...ADDRESSES.map(({ pattern, methods }): Entry => [`"~^405 ${pattern.slice(1)}"`, methods.join(', ')]),
    ['"~^405 "', METHODS.join(', ')],
  ])}`
}

/**
 * Into the `server` block. By an address, not a named location: a request line nginx could not read has no address to
 * leave, and a named location would turn it into a 500. What only a client can cause is never a 5xx.
 */
export function errorPages(): string {
  return `
    # A broken body is found while the page for another error is sent.
    recursive_error_pages on;
    error_page 400 401 402 403 404 405 406 408 409 410 411 412 413 414 415 416 421 422 429 500 503 507 /gateway-error;
    error_page 494 =${ERROR_STATUS['headers-too-large']} /gateway-error;
    error_page 495 496 497 501 505 =${ERROR_STATUS['bad-request']} /gateway-error;
    error_page 502 504 =${ERROR_STATUS.unavailable} /gateway-error;
    location = /gateway-error {
      internal;
      add_header Cache-Control no-store always;
      add_header X-Request-Id $request_id always;
      add_header X-Content-Type-Options nosniff always;
      add_header Retry-After $error_retry_after always;
      add_header Allow $error_allow always;
      return 200 '{"code":"$error_code","message":"$error_message","requestId":"$request_id"}';
    }`
}

type Entry = readonly [key: string, value: string]

function map(of: string, name: string, entries: readonly Entry[]): string {
  return `map "${of}" ${name} {
${entries.map(([key, value]) => `    ${key} ${value.startsWith('$') ? value : `"${value}"`};`).join('\n')}
  }`
}

function messageOf(code: ErrorCode): string {
  return ANSWERS.find((answer) => answer.code === code)?.message ?? ''
}
