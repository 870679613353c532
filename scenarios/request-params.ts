// What every request carries: the token, and one name per operation, so that a million order ids are one series.

import type { Params } from 'k6/http'
import { REQUEST_TIMEOUT_SECONDS } from './load-profile.ts'

/** `authorization`: null where the token is somewhere else. */
export function requestParams(
  flow: string,
  authorization: string | null,
  headers: Record<string, string> = {},
): Params {
  return {
    headers: { ...(authorization === null ? {} : { authorization }), accept: 'application/json', ...headers },
    tags: { name: flow },
    timeout: `${REQUEST_TIMEOUT_SECONDS}s`,
    redirects: 0,
    responseType: 'text',
  }
}
