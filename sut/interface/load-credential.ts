// Whoever shows it is not limited as users are: a load that sends for many through few. Without a secret nobody is excepted.

import { hash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { LOAD_CREDENTIAL_HEADER } from '../../contracts/gateway-api.ts'

export type LoadCredential = (headers: IncomingHttpHeaders) => boolean

/** '': there is none. */
export function loadCredential(secret: string): LoadCredential {
  if (secret === '') return () => false
  const expected = digest(secret)
  return (headers) => {
    const shown = headers[LOAD_CREDENTIAL_HEADER]
    return typeof shown === 'string' && timingSafeEqual(digest(shown), expected)
  }
}

/** Equal lengths for the comparison, whatever was sent. */
function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer')
}
