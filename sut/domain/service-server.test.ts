// A service's own socket, as no caller of this system uses it.

import { once } from 'node:events'
import { type AddressInfo, connect, type Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type CallContext, contextFor } from '../telemetry/call-context.ts'
import { Metrics } from '../telemetry/metrics.ts'
import { requestOf } from './request-fields.ts'
import { remoteProcess } from './service-client.ts'
import { contractFor } from './service-contract.ts'
import { serveService } from './service-server.ts'

interface Echo {
  echo(request: { readonly text: string }, context: CallContext): Promise<unknown>
}

const CONTRACT = contractFor<Echo>()({ echo: { request: requestOf({ text: { type: 'string' } }) } })
const SECRET = 'an-internal-secret-of-32-characters'
const PATH = '/internal/echo/echo'
const KNOWN = `Authorization: Bearer ${SECRET}`

let server: FastifyInstance
let lines: string[]
const sockets: Socket[] = []

/** With room for one request. */
async function serve(service: Echo, arrivalLimitMs?: number): Promise<void> {
  server = serveService<Echo>('echo', service, CONTRACT, {
    internalSecret: SECRET,
    maxDeadlineMs: 2_000,
    maxInFlight: 1,
    ...(arrivalLimitMs !== undefined && { arrivalLimitMs }),
    logger: pino({}, { write: (line: string) => void lines.push(line) }),
    metrics: new Metrics(),
    health: async () => ({ status: 'ok', checks: {} }),
  })
  await server.listen({ host: '127.0.0.1', port: 0 })
}

const portOf = () => (server.server.address() as AddressInfo).port

/** Resolves once the server has seen the headers; the body never ends. */
async function begin(path: string, ...headers: string[]): Promise<Socket> {
  const socket = connect({ port: portOf(), host: '127.0.0.1' })
  sockets.push(socket)
  const lines = [`POST ${path} HTTP/1.1`, 'Host: x', 'Content-Type: application/json', 'Content-Length: 99', ...headers]
  const seen = once(server.server, 'request')
  socket.write(`${lines.join('\r\n')}\r\n\r\n{`)
  await seen
  return socket
}

/** What a caller of this system is told. */
async function ask(): Promise<unknown> {
  const remote = remoteProcess('echo', { url: `http://127.0.0.1:${portOf()}`, internalSecret: SECRET })
  try {
    return await remote.service<Echo>('echo', CONTRACT).echo({ text: 'a' }, contextFor('r', 1_000))
  } catch (error) {
    return (error as { readonly code: string }).code
  } finally {
    await remote.close()
  }
}

async function post(body: string, authorization = `Bearer ${SECRET}`) {
  const answer = await fetch(`http://127.0.0.1:${portOf()}${PATH}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization },
    body,
  })
  return { status: answer.status, code: ((await answer.json()) as { readonly code: string }).code }
}

beforeEach(() => {
  lines = []
})
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await server.close()
})

describe('a request that never ends', () => {
  it.each([
    ['without the secret', PATH, 'X: y'],
    ['with another one', PATH, 'Authorization: Bearer another-secret-of-32-characters-!!'],
    ['without it, at an address that is spelled otherwise', PATH.replace('i', '%69'), 'X: y'],
    ['at an address of nothing', '/internal/echo/nothing', 'X: y'],
  ])('%s takes no place among those in flight', async (_what, path, header) => {
    await serve({ echo: async ({ text }) => text })
    await begin(path, header)
    expect(await ask()).toBe('a')
  })

  it('with the secret takes one; who lacks it is told so all the same', async () => {
    await serve({ echo: async ({ text }) => text })
    await begin(PATH, KNOWN)
    expect(await ask()).toBe('overloaded')
    expect((await post('{"text":"a"}', 'Bearer nothing')).code).toBe('unauthenticated')
  })

  // Node's own limits would end it too, after a minute.
  it('and gives it back when its time is over', { timeout: 30_000 }, async () => {
    await serve({ echo: async ({ text }) => text }, 300)
    const socket = await begin(PATH, KNOWN)
    const [answer] = await once(socket, 'data')
    expect(String(answer)).toMatch(/^HTTP\/1.1 408 /)
    await expect.poll(ask).toBe('a')
  })
})

describe('what a caller did wrong', () => {
  it.each([
    ['a broken body', '{"text":'],
    ['a huge one', JSON.stringify({ text: 'x'.repeat(300_000) })],
    ['one that lacks a field', '{}'],
  ])('%s is no fault of ours', async (_what, body) => {
    await serve({ echo: async ({ text }) => text })
    expect(await post(body)).toEqual({ status: 400, code: 'bad-request' })
    expect(lines).toEqual([])
  })

  it('is told before its body is looked at when it lacks the secret', async () => {
    await serve({ echo: async ({ text }) => text })
    expect(await post('{"text":', 'Bearer nothing')).toEqual({ status: 401, code: 'unauthenticated' })
  })

  it('is not what a store says to a question of the service', async () => {
    const wrongly = Object.assign(new Error('no such field'), { statusCode: 400 })
    await serve({ echo: () => Promise.reject(wrongly) })
    expect(await post('{"text":"a"}')).toEqual({ status: 500, code: 'internal' })
    expect(lines.join()).toContain('a fault of ours')
  })
})
