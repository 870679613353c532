// The interface layer with flows that only record: what passes, what is refused before it reaches them, and how.

import type { FastifyInstance, InjectOptions } from 'fastify'
import { pino } from 'pino'
import { beforeEach, describe, expect, it } from 'vitest'
import { SutError } from '../errors.ts'
import { Metrics } from '../telemetry/metrics.ts'
import { registerAdminRoutes } from './admin-routes.ts'
import { registerAppRoutes } from './app-routes.ts'
import { describeApi } from './openapi.ts'
import {
  type Answers,
  authorization,
  type Calls,
  frontEndOf,
  frontEndOver,
  recordingFlows,
  SECRET,
} from './recording-flows.fixture.ts'
import { tokenVerifier } from './token.ts'
import { TokenKeys } from './token-keys.ts'

const ORDER_ID = '912288777518256128'
const BODY = { channel: 'app', region: 3, paymentMethod: 'card', items: [{ productId: 5, quantity: 2 }] }
const KEY = { 'idempotency-key': 'abcdefgh-1' }

let calls: Calls = []
let app: FastifyInstance
let lines: string[] = []
let metrics: Metrics

function serve(answers: Answers = {}, limits: Parameters<typeof frontEndOver>[1] = {}): void {
  calls = []
  lines = []
  metrics = new Metrics()
  const logger = pino({}, { write: (line: string) => void lines.push(line) })
  app = frontEndOver(recordingFlows(calls, answers), { ...limits, logger, metrics })
}

const send = (options: InjectOptions) => app.inject(options)
const checkout = (options: InjectOptions) => send({ method: 'POST', url: '/v1/app/orders', payload: BODY, ...options })

beforeEach(() => serve())

describe('checkout', () => {
  it('passes on who, which key and what', async () => {
    const placed = { orderId: ORDER_ID, status: 'placed', amountCents: 1, paymentStatus: 'pending', createdAtMs: 1 }
    serve({ checkout: placed })
    const response = await checkout({ headers: { ...authorization(42), ...KEY } })
    expect([response.statusCode, response.json()]).toEqual([201, placed])
    expect(calls).toEqual([
      { operation: 'checkout', request: { userId: 42, idempotencyKey: 'abcdefgh-1', body: BODY } },
    ])
  })

  it.each<[string, number, string, InjectOptions]>([
    ['no key', 400, 'idempotency-key-missing', { headers: authorization(1) }],
    ['a short key', 400, 'bad-request', { headers: { ...authorization(1), 'idempotency-key': 'short' } }],
    ['a key with a quote', 400, 'bad-request', { headers: { ...authorization(1), 'idempotency-key': "abcdefgh'--" } }],
    ['no token and a bad body', 401, 'unauthenticated', { headers: KEY, payload: {} }],
    ['an admin’s token', 403, 'forbidden', { headers: { ...authorization(1, 'admin'), ...KEY } }],
    ['a field of the order', 400, 'bad-request', asBody({ ...BODY, amountCents: 1 })],
    ['another user’s id', 400, 'bad-request', asBody({ ...BODY, userId: 2 })],
    ['a price of an item', 400, 'bad-request', asBody({ ...BODY, items: [{ ...BODY.items[0], unitPriceCents: 1 }] })],
    ['no items', 400, 'bad-request', asBody({ ...BODY, items: [] })],
    ['a quantity as text', 400, 'bad-request', asBody({ ...BODY, items: [{ productId: 5, quantity: '2' }] })],
    ['a prototype', 400, 'bad-request', asBody(`{"__proto__":{"a":1},${JSON.stringify(BODY).slice(1)}`)],
    ['a broken body', 400, 'bad-request', asBody('{"channel":')],
    ['a huge body', 413, 'payload-too-large', asBody({ ...BODY, note: 'x'.repeat(70_000) })],
    ['a form', 415, 'unsupported-media-type', asBody('a=b', 'application/x-www-form-urlencoded')],
  ])('refuses %s with %i', async (_what, status, code, options) => {
    const response = await checkout(options)
    expect([response.statusCode, response.json().code]).toEqual([status, code])
    expect(response.json().requestId).toBe(response.json().requestId.trim())
    expect(calls).toEqual([])
  })
})

function asBody(payload: object | string, contentType = 'application/json'): InjectOptions {
  return { headers: { ...authorization(1), ...KEY, 'content-type': contentType }, payload }
}

describe('reads', () => {
  it('answers a stranger’s order as one that does not exist', async () => {
    serve({ detail: null })
    const response = await send({ url: `/v1/app/orders/${ORDER_ID}`, headers: authorization(7) })
    expect([response.statusCode, response.json().code]).toEqual([404, 'not-found'])
    expect(calls).toEqual([{ operation: 'detail', request: { userId: 7, orderId: ORDER_ID } }])
  })

  it.each([
    '/v1/app/orders?limit=101',
    '/v1/app/orders?limit=1e9',
    '/v1/app/orders?limit=1&limit=2',
    '/v1/app/orders?user_id=8',
    '/v1/app/orders?before=0',
    '/v1/app/orders/9223372036854775808',
    '/v1/app/orders/1%20OR%201=1',
  ])('refuses %s', async (url) => {
    const response = await send({ url, headers: authorization(7) })
    expect([response.statusCode, response.json().code]).toEqual([400, 'bad-request'])
    expect(calls).toEqual([])
  })

  it.each([
    ['POST', '/v1/app/orders/1', 'GET, HEAD'],
    ['GET', '/v1/app/orders/1/pay?x=1', 'POST'],
    ['DELETE', '/v1/app/orders', 'GET, HEAD, POST'],
  ] as const)('says which methods %s %s could have used', async (method, url, allow) => {
    const response = await send({ method, url, headers: authorization(7) })
    expect([response.statusCode, response.json().code, response.headers.allow]).toEqual([
      405,
      'method-not-allowed',
      allow,
    ])
  })

  it('lists 20 unless told otherwise', async () => {
    serve({ list: { orders: [], nextBefore: null } })
    await send({ url: '/v1/app/orders', headers: authorization(7) })
    await send({ url: `/v1/app/orders?limit=5&before=${ORDER_ID}`, headers: authorization(7) })
    expect(calls.map(({ request }) => request)).toEqual([
      { userId: 7, limit: 20, before: undefined },
      { userId: 7, limit: 5, before: ORDER_ID },
    ])
  })

  it.each(['pay', 'cancel', 'refund'])('passes %s on for one’s own order only', async (event) => {
    serve({ changeStatus: null })
    const url = `/v1/app/orders/${ORDER_ID}/${event}`
    expect((await send({ method: 'POST', url })).statusCode).toBe(401)
    expect((await send({ method: 'POST', url, headers: authorization(7) })).statusCode).toBe(404)
    expect(calls).toEqual([{ operation: 'changeStatus', request: { userId: 7, orderId: ORDER_ID, event } }])
  })

  it('opens the search to admins only', async () => {
    serve({ search: { orders: [], nextAfter: null } })
    const url = '/v1/admin/orders/search?fromMs=1&toMs=2&region=3&status=paid'
    expect((await send({ url, headers: authorization(7) })).statusCode).toBe(403)
    expect((await send({ url, headers: authorization(7, 'admin') })).statusCode).toBe(200)
    expect(calls).toEqual([
      { operation: 'search', request: { fromMs: 1, toMs: 2, region: 3, status: 'paid', limit: 20 } },
    ])
  })
})

describe('failures', () => {
  it('says when to come again', async () => {
    serve({ search: new SutError('search-unavailable', 'gone', { retryAfterSeconds: 5 }) })
    const url = '/v1/admin/orders/search?fromMs=1&toMs=2'
    const response = await send({ url, headers: authorization(1, 'admin') })
    expect([response.statusCode, response.headers['retry-after']]).toEqual([503, '5'])
  })

  it('keeps what went wrong inside to itself', async () => {
    serve({ list: new Error("ER_NO_SUCH_TABLE: Table 'headroom.orders_07' doesn't exist") })
    const response = await send({ url: '/v1/app/orders', headers: authorization(7) })
    expect(response.json()).toMatchObject({ code: 'internal', message: 'an unexpected error' })
    expect(response.body).not.toContain('orders_07')
  })

  it.each([
    ['internal', 500],
    ['unavailable', 503],
    ['outcome-unknown', 503],
    ['deadline-exceeded', 504],
  ] as const)('leaves one line with request and cause for %s, and no value of a statement', async (code, status) => {
    const cause = Object.assign(new Error("Duplicate entry '4111' for key"), { errno: 1062, sqlState: '23000' })
    serve({ list: new SutError(code, 'no', { cause: new Error('deeper', { cause }) }) })
    const headers = {
      ...authorization(7),
      'x-request-id': 'request-1',
      traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
    }
    expect((await send({ url: '/v1/app/orders', headers })).statusCode).toBe(status)
    expect(lines.length).toBe(1)
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      requestId: 'request-1',
      traceId: 'a'.repeat(32),
      route: '/v1/app/orders',
      code,
      error: { cause: { message: 'deeper', cause: { errno: 1062 } } },
    })
    expect(lines[0]).not.toContain('4111')
  })

  it('leaves no line for a mistake of the client, and tells the two apart in its metrics', async () => {
    serve({ detail: null })
    await send({ url: `/v1/app/orders/${ORDER_ID}`, headers: authorization(7) })
    await send({ url: '/v1/app/orders/1', headers: {} })
    const text = await metrics.registry.metrics()
    expect(lines).toEqual([])
    expect(text).toContain(
      'headroom_request_seconds_count{method="GET",route="/v1/app/orders/:orderId",status="4xx"} 2',
    )
    expect(text).toContain('headroom_refused_requests_total{code="not-found"} 1')
    expect(text).toContain('headroom_refused_requests_total{code="unauthenticated"} 1')
  })

  it('does not limit whoever shows the load credential, and limits whoever shows another', async () => {
    const loadCredential = 'a-credential-of-at-least-32-characters'
    serve({ list: { orders: [], nextBefore: null } }, { userRatePerSecond: 1, loadCredential })
    const ask = (shown: string) =>
      send({ url: '/v1/app/orders', headers: { ...authorization(7), 'x-headroom-load-credential': shown } })
    for (let i = 0; i < 5; i++) expect((await ask(loadCredential)).statusCode).toBe(200)
    expect((await ask('another')).statusCode).toBe(200)
    expect((await ask('another')).statusCode).toBe(429)
  })

  it('limits how often one user asks', async () => {
    serve({ list: { orders: [], nextBefore: null } }, { userRatePerSecond: 1 })
    const ask = () => send({ url: '/v1/app/orders', headers: authorization(7) })
    expect((await ask()).statusCode).toBe(200)
    const second = await ask()
    expect([second.statusCode, second.headers['retry-after']]).toEqual([429, '1'])
  })

  it('refuses beyond its bound of requests in flight, still says it is healthy, and recovers', async () => {
    let finish = (_: unknown) => {}
    const waiting = new Promise((resolve) => {
      finish = resolve
    })
    serve({ list: waiting }, { maxInFlight: 1 })
    const first = send({ url: '/v1/app/orders', headers: authorization(7) })
    await expect.poll(() => calls.length).toBe(1)
    const second = await send({ url: '/v1/app/orders', headers: authorization(7) })
    expect([second.statusCode, second.json().code, second.headers['retry-after']]).toEqual([503, 'overloaded', '1'])
    expect((await send({ url: '/healthz' })).statusCode).toBe(200)
    finish({ orders: [], nextBefore: null })
    expect((await first).statusCode).toBe(200)
    expect((await send({ url: '/v1/app/orders', headers: authorization(7) })).statusCode).toBe(200)
  })
})

it('describes every public route from the schemas it validates with', async () => {
  const verify = tokenVerifier(new TokenKeys([SECRET]), 'app')
  const frontEnd = { ...frontEndOf(recordingFlows([], {}), {}), verify, protection: null }
  const description = (await describeApi({
    version: '1.2.3',
    registerRoutes: (described) => {
      registerAppRoutes(described, frontEnd)
      registerAdminRoutes(described, frontEnd)
    },
  })) as { paths: Record<string, Record<string, { responses: object }>> }
  expect(Object.keys(description.paths).sort()).toEqual([
    '/v1/admin/orders/by-id/{orderId}',
    '/v1/admin/orders/search',
    '/v1/admin/products/{productId}',
    '/v1/admin/switches',
    '/v1/admin/switches/back',
    '/v1/admin/switches/forward',
    '/v1/admin/switches/history',
    '/v1/admin/switches/plan',
    '/v1/admin/switches/set',
    '/v1/app/orders',
    '/v1/app/orders/{orderId}',
    '/v1/app/orders/{orderId}/cancel',
    '/v1/app/orders/{orderId}/pay',
    '/v1/app/orders/{orderId}/refund',
  ])
  expect(Object.keys(description.paths['/v1/app/orders']!.post!.responses)).toEqual(['201', '4XX', '5XX'])
})
