// The front end's own socket, past the gateway: whatever is sent to it, it answers in one shape.

import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import fc from 'fast-check'
import type { FastifyInstance } from 'fastify'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { requestBytes } from './malformed-requests.fixture.ts'
import { exchange, refusalIn } from './raw-exchange.fixture.ts'
import { authorization, frontEndOver, recordingFlows } from './recording-flows.fixture.ts'

const TOKEN = `Authorization: ${authorization(7).authorization}`
const CUT_OFF_MS = 200

let app: FastifyInstance
let port: number
let answerList: (value: unknown) => void

beforeEach(async () => {
  const waiting = new Promise((resolve) => {
    answerList = resolve
  })
  const answers = { list: waiting, detail: null, changeStatus: null }
  app = frontEndOver(recordingFlows([], answers), { maxInFlight: 1000, userRatePerSecond: 1e6 })
  await app.listen({ host: '127.0.0.1', port: 0 })
  port = (app.server.address() as AddressInfo).port
})

afterEach(() => app.close())

const get = (path: string, ...headers: string[]) =>
  `GET ${path} HTTP/1.1\r\n${['Host: x', ...headers].join('\r\n')}\r\n\r\n`

it.each<[string, number, string, string]>([
  ['bytes that are no request', 400, 'bad-request', '\x16\x03\x01\x02\x00\x01\r\n\r\n'],
  ['a method nobody knows', 400, 'bad-request', 'BREW / HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['a tunnel', 405, 'method-not-allowed', 'CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['no host', 400, 'bad-request', `GET /v1/app/orders HTTP/1.1\r\n${TOKEN}\r\n\r\n`],
  ['broken percent-encoding', 400, 'bad-request', get('/v1/app/orders/%', TOKEN)],
  ['a long id', 414, 'uri-too-long', get(`/v1/app/orders/${'1'.repeat(1000)}`, TOKEN)],
  ['large headers', 431, 'headers-too-large', get('/healthz', `X: ${'x'.repeat(60_000)}`)],
  ['an expectation', 400, 'bad-request', get('/healthz', 'Expect: tea')],
  ['two lengths', 400, 'bad-request', get('/healthz', 'Content-Length: 1', 'Content-Length: 2')],
  [
    'a chunk that is none',
    400,
    'bad-request',
    `POST /v1/app/orders HTTP/1.1\r\nHost: x\r\n${TOKEN}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`,
  ],
  ['a version that is none', 400, 'bad-request', 'GET / HTTP/7.3\r\nHost: x\r\n\r\n'],
])('%s: %i %s', async (_what, status, code, bytes) => {
  const answers = await exchange(port, bytes)
  const answer = answers.at(-1)
  expect([answer?.status, refusalIn(answer).code]).toEqual([status, code])
})

it('names a request it cannot read as the gateway named it', async () => {
  const [answer] = await exchange(port, get('/healthz', 'X-Request-Id: 0123456789abcdef', 'Bad Name: x'))
  expect([answer?.status, refusalIn(answer).requestId]).toEqual([400, '0123456789abcdef'])
})

it('closes on a client that has its answer and never closes', { timeout: 30_000 }, async () => {
  const connected = once(app.server, 'connection')
  const client = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  const [held] = await connected
  const closed = once(held, 'close')
  const headers = ['Host: x', TOKEN, 'Content-Type: application/json', 'Transfer-Encoding: chunked']
  client.write(`POST /v1/app/orders HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\nzz\r\n`)
  const [answer] = await once(client, 'data')
  expect(String(answer)).toMatch(/^HTTP\/1.1 400 /)
  await closed
  client.destroy()
})

it('while it stops, finishes what it began, and says of the rest that it was not done', async () => {
  const socket = connect({ port, host: '127.0.0.1' })
  let received = ''
  socket.on('data', (chunk) => {
    received += chunk
  })
  socket.write(get('/v1/app/orders', TOKEN))
  await once(app.server, 'request')
  const closed = app.close()
  await expect.poll(() => app.server.listening).toBe(false)
  socket.write(get(`/v1/app/orders/912288777518256128`, TOKEN))
  await once(app.server, 'request')
  answerList({ orders: [], nextBefore: null })
  await once(socket, 'close')
  await closed
  expect(received).toContain('{"orders":[],"nextBefore":null}')
  expect(received).toMatch(
    /HTTP\/1.1 503 .*{"code":"unavailable","message":"the service is stopping","requestId":"[^"]+"}$/s,
  )
})

it('whatever is sent: no fault of the system is claimed, and every refusal has the shape', async () => {
  answerList({ orders: [], nextBefore: null })
  await fc.assert(
    fc.asyncProperty(requestBytes(TOKEN), async (bytes) => {
      for (const answer of await exchange(port, bytes, CUT_OFF_MS)) {
        expect(answer.status).toBeLessThan(500)
        if (answer.status >= 400 && !bytes.startsWith('HEAD')) refusalIn(answer)
      }
    }),
    { numRuns: 100, interruptAfterTimeLimit: 60_000, markInterruptAsFailure: false },
  )
}, 120_000)
