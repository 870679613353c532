// The real nginx in front of the old interfaces: it goes by a file, on connections that stay open, and to nobody else.

import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Agent, request } from 'undici'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { LEGACY_ROUTES } from '../../contracts/legacy-api.ts'
import { setPosition } from '../gateway-position.ts'
import { type StartedGateway, startedGateway } from './started-gateway.setup.ts'

const closing: (() => unknown)[] = []
const asked = { monolith: 0, adapter: 0 }
let adapterDies = false
let nginx: StartedGateway
let sockets = 0

async function listening(listener: RequestListener): Promise<string> {
  const server = createServer({ keepAliveTimeout: 60_000 }, listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

beforeAll(async () => {
  const answering =
    (name: keyof typeof asked): RequestListener =>
    (incoming, response) => {
      asked[name]++
      incoming.resume().on('end', () => {
        if (name === 'adapter' && adapterDies) response.destroy()
        else response.setHeader('content-type', 'application/json').end(JSON.stringify(name))
      })
    }
  const monolith = await listening(answering('monolith'))
  const adapter = await listening(answering('adapter'))
  nginx = await startedGateway({ frontEnd: monolith, oldInterfaces: { monolith, adapter } })
  closing.push(() => nginx.stop())
})
beforeEach(() => {
  Object.assign(asked, { monolith: 0, adapter: 0 })
  adapterDies = false
  setPosition(nginx.folder, 'monolith')
})
afterAll(async () => {
  for (const close of closing.reverse()) await close()
})

/** One connection, kept alive. */
function oneConnection() {
  const agent = new Agent({ connections: 1, pipelining: 1, keepAliveTimeout: 60_000 })
  agent.on('connect', () => sockets++)
  const post = async (path: string) => {
    const { statusCode, body } = await request(nginx.baseUrl + path, {
      method: 'POST',
      body: 'token=x',
      dispatcher: agent,
    })
    return { statusCode, body: await body.json() }
  }
  return { post, close: () => agent.close() }
}

it.each(Object.values(LEGACY_ROUTES))('sends %s where the file says, from the next request on', async (path) => {
  const { post, close } = oneConnection()
  const before = sockets
  for (const [position, name] of [
    ['monolith', 'monolith'],
    ['interface-layer', 'adapter'],
    ['interface-layer', 'adapter'],
    ['monolith', 'monolith'],
  ] as const) {
    setPosition(nginx.folder, position)
    expect(await post(path)).toEqual({ statusCode: 200, body: name })
  }
  expect(sockets - before).toBe(1)
  await close()
})

it('says what became of a form when the one it was sent to dies over it, and asks nobody else', async () => {
  const { post, close } = oneConnection()
  setPosition(nginx.folder, 'interface-layer')
  adapterDies = true
  expect(await post(LEGACY_ROUTES.submit)).toMatchObject({ statusCode: 503, body: { code: 'outcome-unknown' } })
  expect(asked).toEqual({ monolith: 0, adapter: 1 })
  await close()
})

it('keeps to it over a reload of nginx', async () => {
  const { post, close } = oneConnection()
  setPosition(nginx.folder, 'interface-layer')
  process.kill(nginx.pid, 'SIGHUP')
  const sent = () => post(LEGACY_ROUTES.list).catch(() => null)
  await expect.poll(sent, { timeout: 10_000 }).toMatchObject({ body: 'adapter' })
  expect(asked.monolith).toBe(0)
  await close()
})
