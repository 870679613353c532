// The real nginx in front of the real front end, and of servers that are gone or die: what a client is told.

import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'
import fc from 'fast-check'
import type { FastifyInstance } from 'fastify'
import getPort from 'get-port'
import { afterEach, describe, expect, it } from 'vitest'
import { requestBytes } from '../interface/malformed-requests.fixture.ts'
import { exchange, type RawAnswer, refusalIn } from '../interface/raw-exchange.fixture.ts'
import { authorization, frontEndOver, recordingFlows } from '../interface/recording-flows.fixture.ts'
import { startedGateway } from './started-gateway.setup.ts'

const ORDER = '/v1/app/orders/912288777518256128'
const CHECKOUT_BODY = JSON.stringify({
  channel: 'app',
  region: 3,
  paymentMethod: 'card',
  items: [{ productId: 5, quantity: 2 }],
})

let port: number
let running: { stop(): Promise<unknown> }[] = []

afterEach(async () => {
  for (const part of running.reverse()) await part.stop()
  running = []
})

async function gatewayTo(upstream: number, patient = true): Promise<void> {
  const nginx = await startedGateway({
    frontEnd: `127.0.0.1:${upstream}`,
    edit: (text) => (patient ? text : text.replace('proxy_read_timeout 15s', 'proxy_read_timeout 1s')),
  })
  port = nginx.port
  running.push(nginx)
}

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  running.push({ stop: async () => server.close() })
  return (server.address() as AddressInfo).port
}

/** Most malformed requests are answered at once, and some are waited for: they are cut off. */
const CUT_OFF_MS = 250

const NO_ORDERS = { orders: [], nextBefore: null }

async function frontEnd(): Promise<FastifyInstance> {
  const app = frontEndOver(recordingFlows([], { list: NO_ORDERS, detail: null, changeStatus: null }), {
    maxInFlight: 1000,
    userRatePerSecond: 1e6,
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  running.push({ stop: () => app.close() })
  return app
}

function post(path: string, body: string, headers: readonly string[] = []): string {
  const all = ['Host: x', `Authorization: ${authorization(7).authorization}`, 'Idempotency-Key: abcdefgh-1', ...headers]
  if (body) all.push('Content-Type: application/json', `Content-Length: ${body.length}`)
  return `POST ${path} HTTP/1.1\r\n${all.join('\r\n')}\r\n\r\n${body}`
}

const get = (path: string, ...headers: string[]) =>
  `GET ${path} HTTP/1.1\r\n${['Host: x', ...headers].join('\r\n')}\r\n\r\n`

/** The gateway names the request in a header too. */
function errorIn(answer: RawAnswer | undefined) {
  const refusal = refusalIn(answer)
  expect(answer?.headers['x-request-id']).toBe(refusal.requestId)
  return refusal
}

describe('a request the gateway does not pass on', () => {
  it.each<[string, number, string, string]>([
    ['a zero byte in the path', 400, 'bad-request', get('/v1/app/orders/1%00')],
    ['broken percent-encoding', 400, 'bad-request', get('/v1/app/orders/%zz')],
    ['a way out of the root', 400, 'bad-request', get('/../../etc/passwd')],
    ['no host', 400, 'bad-request', 'GET /v1/app/orders HTTP/1.1\r\n\r\n'],
    ['two hosts', 400, 'bad-request', get('/v1/app/orders', 'Host: y')],
    ['a host that is none', 400, 'bad-request', 'GET / HTTP/1.1\r\nHost: a/b\r\n\r\n'],
    ['a method in small letters', 400, 'bad-request', 'get / HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['a HEAD that is none', 400, '', 'HEAD / HTTP/3.0\r\n\r\n'],
    ['no request at all', 400, 'bad-request', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n'],
    ['another version', 400, 'bad-request', 'GET / HTTP/3.0\r\nHost: x\r\n\r\n'],
    ['the preface of HTTP/2', 400, 'bad-request', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['TRACE', 405, 'method-not-allowed', 'TRACE / HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['DELETE', 405, 'method-not-allowed', `DELETE ${ORDER} HTTP/1.1\r\nHost: x\r\n\r\n`],
    ['a method nobody knows', 405, 'method-not-allowed', `BREW ${ORDER} HTTP/1.1\r\nHost: x\r\n\r\n`],
    ['an address of nothing', 404, 'not-found', get('/index.html')],
    ['a prefix without its slash', 404, 'not-found', get('/v1/app')],
    ['the other one, with slashes to spare', 404, 'not-found', get('//v1//admin')],
    ['a service’s own route', 404, 'not-found', get('/internal/order/insert')],
    ['the gateway’s own page', 404, 'not-found', get('/gateway-error')],
    ['a huge body', 413, 'payload-too-large', post('/v1/app/orders', 'x'.repeat(70_000))],
    ['a huge body in chunks', 413, 'payload-too-large', chunked('x'.repeat(70_000))],
    ['a huge body only announced', 413, 'payload-too-large', post('/v1/app/orders', '', ['Content-Length: 99999999'])],
    ['a length that is none', 400, 'bad-request', post('/v1/app/orders', '', ['Content-Length: x'])],
    ['two lengths', 400, 'bad-request', post('/v1/app/orders', 'abc', ['Content-Length: 4'])],
    ['a chunk that is none', 400, 'bad-request', chunked('').replace('0\r\n\r\n', 'zz\r\nabc\r\n')],
    ['a coding nobody knows', 400, 'bad-request', post('/v1/app/orders', '', ['Transfer-Encoding: gzip'])],
    ['a long address', 414, 'uri-too-long', get(`/v1/app/orders?before=${'1'.repeat(20_000)}`)],
    ['a long header', 431, 'headers-too-large', get('/v1/app/orders', `X-Long: ${'x'.repeat(20_000)}`)],
    ['many headers', 431, 'headers-too-large', get('/v1/app/orders', ...Array(30).fill(`X: ${'x'.repeat(2_000)}`))],
    ['a body that is no JSON', 400, 'bad-request', post('/v1/app/orders', '{')],
    [
      'headers Node would find too large',
      401,
      'unauthenticated',
      get('/v1/app/orders', ...Array(4).fill(`X: ${'x'.repeat(7_000)}`)),
    ],
    ['a header Node does not read', 400, 'bad-request', get('/v1/app/orders', 'X: a\x01b')],
    ['an expectation', 401, 'unauthenticated', get('/v1/app/orders', 'Expect: tea')],
    ['an id of a thousand digits', 414, 'uri-too-long', get(`/v1/app/orders/${'1'.repeat(1000)}`, tokenHeader())],
  ])('%s: %i %s', async (_what, status, code, bytes) => {
    const app = await frontEnd()
    await gatewayTo((app.server.address() as AddressInfo).port)
    const [answer] = await exchange(port, bytes)
    expect([answer?.status, code && errorIn(answer).code]).toEqual([status, code])
  })

  it('an address of nothing, and a broken body: told of whichever nginx saw first', async () => {
    await gatewayTo(await getPort())
    const bytes = chunked('').replace('/v1/app/orders', '/x').replace('0\r\n', 'zz\r\n')
    const [answer] = await exchange(port, bytes)
    const told = [answer?.status, answer && errorIn(answer).code]
    expect([
      [400, 'bad-request'],
      [404, 'not-found'],
    ]).toContainEqual(told)
  })

  it('tells the methods there are', async () => {
    await gatewayTo(await getPort())
    const [answer] = await exchange(port, 'PUT / HTTP/1.1\r\nHost: x\r\n\r\n')
    expect(answer?.headers.allow).toBe('GET, HEAD, POST')
  })

  it('speaks HTTP/1.0 too', async () => {
    const app = await frontEnd()
    await gatewayTo((app.server.address() as AddressInfo).port)
    expect((await exchange(port, 'GET /nothing HTTP/1.0\r\n\r\n'))[0]?.status).toBe(404)
    expect((await exchange(port, `GET /v1/app/orders HTTP/1.0\r\n${tokenHeader()}\r\n\r\n`))[0]?.status).toBe(200)
  })

  it('whatever is sent: no fault of the system is claimed, and every refusal has the shape', async () => {
    const app = await frontEnd()
    await gatewayTo((app.server.address() as AddressInfo).port)
    await fc.assert(
      fc.asyncProperty(requestBytes(tokenHeader()), async (bytes) => {
        for (const answer of await exchange(port, bytes, CUT_OFF_MS)) {
          expect(answer.status).toBeLessThan(500)
          if (answer.status >= 400 && !bytes.startsWith('HEAD')) errorIn(answer)
        }
      }),
      { numRuns: 200, interruptAfterTimeLimit: 120_000, markInterruptAsFailure: false },
    )
  })
})

function tokenHeader(): string {
  return `Authorization: ${authorization(7).authorization}`
}

function chunked(body: string): string {
  const chunk = body ? `${body.length.toString(16)}\r\n${body}\r\n` : ''
  return `${post('/v1/app/orders', '', ['Content-Type: application/json', 'Transfer-Encoding: chunked'])}${chunk}0\r\n\r\n`
}

describe('a service behind the gateway', () => {
  const CHANGES = [
    ['checkout', '/v1/app/orders?a=1', /send the same Idempotency-Key again/],
    ['pay', `${ORDER}/pay`, /read the order, then decide/],
    ['cancel', `${ORDER}/cancel`, /read the order, then decide/],
    ['another price', '/v1/admin/products/5', /read the product, then decide/],
    ['a flip', '/v1/admin/switches/forward', /read the switches: /],
  ] as const

  it('that is not there: nothing was done, and the client is told so', async () => {
    await gatewayTo(await getPort())
    for (const bytes of [get(ORDER), ...CHANGES.map(([, path]) => post(path, CHECKOUT_BODY))]) {
      const [answer] = await exchange(port, bytes)
      expect([answer?.status, errorIn(answer).code, answer?.headers['retry-after']]).toEqual([503, 'unavailable', '1'])
    }
  })

  it.each<[string, (server: Server) => void]>([
    [
      'dies before it answers',
      (server) => server.on('connection', (socket) => socket.once('data', () => socket.resetAndDestroy())),
    ],
    ['ends the connection', (server) => server.on('connection', (socket) => socket.once('data', () => socket.end()))],
    [
      'answers with half a line',
      (server) => server.on('connection', (socket) => socket.once('data', () => socket.end('HTT'))),
    ],
    ['never answers', () => {}],
  ])('that takes a change and %s: the outcome is unknown', async (_how, behave) => {
    const server = createServer((socket) => socket.on('error', () => {}))
    behave(server)
    await gatewayTo(await listening(server), false)
    for (const [, path, advice] of CHANGES) {
      const [answer] = await exchange(port, post(path, CHECKOUT_BODY))
      const { code, message } = errorIn(answer)
      expect([answer?.status, code, answer?.headers['retry-after']]).toEqual([503, 'outcome-unknown', '1'])
      expect(message).toMatch(advice)
    }
    const [read] = await exchange(port, get(ORDER))
    expect([read?.status, errorIn(read).code]).toEqual([503, 'unavailable'])
  })
})
