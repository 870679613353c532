// A request to the app's interface, by a user of its own, signed or sealed where the load is asked for that.

import http from 'k6/http'
import { LOAD_CREDENTIAL_HEADER, TOKEN } from '../contracts/gateway-api.ts'
import { SEALED_TYPE } from '../contracts/request-protection.ts'
import type { PreparedRequest } from './operation.ts'
import type { Settings } from './parse-settings.ts'
import { requestParams } from './request-params.ts'
import { clientKeys, type Protected, sealed, signed } from './request-protection.ts'
import { bearer } from './token.ts'

export interface AppRequest {
  readonly flow: string
  readonly method: 'GET' | 'POST'
  /** Path and query. */
  readonly target: string
  readonly userId: number
  /** JSON; absent: there is none. */
  readonly body?: string
  readonly headers?: Record<string, string>
}

const JSON_TYPE = 'application/json'

/** Ready to be sent; a body that is to be sealed is so only after `seal`. */
export function appRequest(settings: Settings, request: AppRequest): Pick<PreparedRequest, 'send' | 'seal'> {
  const { protection, clientSecret } = settings
  const { body } = request
  if (protection === 'plain') return sending(settings, request, { body: body ?? null, headers: {} }, JSON_TYPE)
  if (protection === 'signed' || body === undefined) {
    return sending(settings, request, signed(clientSecret, request, body ?? null), JSON_TYPE)
  }
  let ready: Pick<PreparedRequest, 'send'> | null = null
  return {
    seal: async () => {
      ready = sending(settings, request, await sealed(clientSecret, request, body), SEALED_TYPE)
    },
    send: () => {
      if (ready === null) throw new Error('the request was not sealed')
      return ready.send()
    },
  }
}

/** The token of an app's user. Bound to the client's key where there is one, so that nobody can use it without. */
export function userToken({ jwtSecret, protection, clientSecret }: Settings, userId: number): string {
  const bound = protection === 'plain' ? {} : { cnf: { kid: clientKeys(clientSecret).id } }
  return bearer(jwtSecret, String(userId), TOKEN.appAudience, bound)
}

function sending(
  settings: Settings,
  { flow, method, target, userId, headers = {} }: AppRequest,
  { body, headers: signature }: Protected,
  type: string,
): Pick<PreparedRequest, 'send'> {
  const url = settings.baseUrl + target
  const { loadCredential } = settings
  const more: Record<string, string> = {
    ...(body === null ? {} : { 'content-type': type }),
    ...headers,
    ...signature,
    ...(loadCredential === null ? {} : { [LOAD_CREDENTIAL_HEADER]: loadCredential }),
  }
  const params = requestParams(flow, userToken(settings, userId), more)
  return { send: () => (method === 'GET' ? http.get(url, params) : http.post(url, body, params)) }
}
