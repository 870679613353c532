// The module 'k6/http' as a script of one's own sees it: every request is timed and judged, goes to the target alone and
// follows no redirect. Everything else is k6's.

import k6Http from 'k6/http'
import { REQUEST_TIMEOUT_SECONDS } from '../load-profile.ts'
import { settings } from '../settings.ts'
import { EXPECTS_AN_ANSWER, EXPECTS_SUCCESS, type Expects, expectsAnyOf, type StatusRange } from './expected.ts'
import { liesAt } from './lies-at.ts'
import { type AnyResponse, judge, sawAnswer, sawEnd, sawPending, sawStart } from './seen.ts'

type Url = string | { readonly url: string }
type Params = Readonly<Record<string, unknown>> & { readonly tags?: object; readonly responseCallback?: Callback }
type Sent = readonly [method: string, url: Url, body: unknown, params: Params]
/** `null`: no status is judged. */
type Callback = object | null
// k6's own types promise more about a request than is known of one that is passed on.
const send = k6Http as unknown as {
  request(...sent: Sent): AnyResponse
  asyncRequest(...sent: Sent): Promise<AnyResponse>
  batch(requests: readonly Sent[] | Readonly<Record<string, Sent>>): Readonly<Record<string, AnyResponse>>
  setResponseCallback(callback: Callback): void
  expectedStatuses(...ranges: readonly StatusRange[]): object
}

/**
 * What a script holds in place of k6's own object, which tells nobody what it was told. No WeakMap beside that object: k6's
 * keeps entries by their key's address, and loses one whose key got the address of another that was just collected.
 */
class ExpectedStatuses {
  readonly k6s: object
  readonly expects: Expects

  constructor(ranges: readonly StatusRange[]) {
    this.k6s = send.expectedStatuses(...ranges)
    this.expects = expectsAnyOf(ranges)
  }
}

let expects: Expects = EXPECTS_SUCCESS

export function expectedStatuses(...ranges: readonly StatusRange[]): object {
  return new ExpectedStatuses(ranges)
}

export function setResponseCallback(callback: Callback): void {
  send.setResponseCallback(k6sOf(callback))
  expects = expectsOf(callback)
}

function expectsOf(callback: Callback | undefined): Expects {
  if (callback === undefined) return expects
  if (callback === null) return EXPECTS_AN_ANSWER
  return callback instanceof ExpectedStatuses ? callback.expects : EXPECTS_SUCCESS
}

/** Anything else is k6's to refuse. */
function k6sOf(callback: Callback): Callback {
  return callback instanceof ExpectedStatuses ? callback.k6s : callback
}

/** As it leaves: to the target, named after its flow, never redirected, and not for ever. */
function outgoing(method: string, url: Url, body: unknown, params?: Params | null): Sent {
  const address = typeof url === 'string' ? url : url.url
  if (settings.staysAtTarget && !liesAt(settings.baseUrl, address)) {
    throw new Error(`${address} is not the target that was confirmed, ${settings.baseUrl}`)
  }
  const name = typeof url === 'string' ? { name: settings.ownFlow } : {}
  const callback = params?.responseCallback
  return [
    method,
    url,
    body,
    {
      timeout: `${REQUEST_TIMEOUT_SECONDS}s`,
      ...params,
      ...(callback !== undefined && { responseCallback: k6sOf(callback) }),
      redirects: 0,
      tags: { ...name, ...params?.tags },
    },
  ]
}

export function request(method: string, url: Url, body?: unknown, params?: Params | null): AnyResponse {
  const response = send.request(...outgoing(method, url, body, params))
  sawAnswer(response, expectsOf(params?.responseCallback)(response.status))
  return response
}

export function asyncRequest(method: string, url: Url, body?: unknown, params?: Params | null): Promise<AnyResponse> {
  const sent = outgoing(method, url, body, params)
  sawStart()
  const answer = send.asyncRequest(...sent).then(
    (response) => {
      sawEnd()
      judge(response, expectsOf(params?.responseCallback)(response.status))
      return response
    },
    (error) => {
      sawEnd()
      throw error
    },
  )
  sawPending(answer)
  return answer
}

type BatchItem = string | readonly [string, Url, unknown?, (Params | null)?] | BatchObject
interface BatchObject {
  readonly method?: string
  readonly url: Url
  readonly body?: unknown
  readonly params?: Params | null
}

export function batch(requests: readonly BatchItem[] | Readonly<Record<string, BatchItem>>): unknown {
  const isList = Array.isArray(requests)
  const asked = Object.entries(requests).map(([key, item]) => ({ key, ...batchItem(item) }))
  const sent = asked.map(({ key, method, url, body, params }) => [key, outgoing(method, url, body, params)] as const)
  sawStart()
  try {
    const responses = send.batch(isList ? sent.map(([, one]) => one) : Object.fromEntries(sent))
    for (const { key, params } of asked) {
      const response = responses[key]
      if (response) judge(response, expectsOf(params?.responseCallback)(response.status))
    }
    return responses
  } finally {
    sawEnd()
  }
}

function batchItem(item: BatchItem): Required<BatchObject> {
  if (typeof item === 'string') return { method: 'GET', url: item, body: null, params: null }
  if (Array.isArray(item)) return { method: item[0], url: item[1], body: item[2] ?? null, params: item[3] ?? null }
  const { method = 'GET', url, body = null, params = null } = item as BatchObject
  return { method, url, body, params }
}

type WithBody = (url: Url, body?: unknown, params?: Params | null) => AnyResponse
type WithoutBody = (url: Url, params?: Params | null) => AnyResponse
export const get: WithoutBody = (url, params) => request('GET', url, null, params)
export const head: WithoutBody = (url, params) => request('HEAD', url, null, params)
export const post: WithBody = (url, body, params) => request('POST', url, body, params)
export const put: WithBody = (url, body, params) => request('PUT', url, body, params)
export const patch: WithBody = (url, body, params) => request('PATCH', url, body, params)
export const del: WithBody = (url, body, params) => request('DELETE', url, body, params)
export const options: WithBody = (url, body, params) => request('OPTIONS', url, body, params)

export const { url, CookieJar, cookieJar, file } = k6Http

export default {
  ...k6Http,
  request,
  asyncRequest,
  batch,
  get,
  head,
  post,
  put,
  patch,
  del,
  options,
  expectedStatuses,
  setResponseCallback,
}
