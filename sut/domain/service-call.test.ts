import type { FastifyInstance } from 'fastify'
import { afterEach, describe, expect, it } from 'vitest'
import { SutError } from '../errors.ts'
import { type CallContext, contextFor } from '../telemetry/call-context.ts'
import { createLogger } from '../telemetry/logger.ts'
import { Metrics } from '../telemetry/metrics.ts'
import { requestOf } from './request-fields.ts'
import { remoteProcess } from './service-client.ts'
import { contractFor } from './service-contract.ts'
import { serveService } from './service-server.ts'

interface Echo {
  echo(request: { readonly text: string }, context: CallContext): Promise<unknown>
}

const request = requestOf({ text: { type: 'string' } })
const CONTRACT = contractFor<Echo>()({ echo: { request } })
const CHANGING = contractFor<Echo>()({ echo: { request, ifAnswerLost: 'look again' } })
const SECRET = 'an-internal-secret-of-32-characters'
const closing: (() => Promise<unknown>)[] = []
let server: FastifyInstance

async function between(service: Echo, { internalSecret = SECRET, contract = CONTRACT, maxInFlight = 10 } = {}) {
  server = serveService<Echo>('echo', service, contract, {
    internalSecret: SECRET,
    maxDeadlineMs: 2_000,
    maxInFlight,
    logger: createLogger('test', 'silent'),
    metrics: new Metrics(),
    health: async () => ({ status: 'ok', checks: {} }),
  })
  const url = await server.listen({ host: '127.0.0.1', port: 0 })
  const remote = remoteProcess('echo', { url, internalSecret })
  closing.push(remote.close, () => server.close())
  return { ...remote, service: remote.service<Echo>('echo', contract) }
}

afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

describe('a service in another process', () => {
  it('answers like one in this process, with the caller’s request id and remaining time', async () => {
    let seen: CallContext | undefined
    const { service } = await between({
      echo: async (request, context) => {
        seen = context
        return request.text === 'nothing' ? undefined : { echoed: request.text }
      },
    })
    expect(await service.echo({ text: 'ü' }, contextFor('request-1', 500))).toEqual({ echoed: 'ü' })
    expect(seen?.requestId).toBe('request-1')
    // Less than the caller has left: its answer must find the caller waiting.
    expect(seen!.deadlineAtMs - performance.now()).toBeLessThanOrEqual(450)
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`
    await service.echo({ text: '' }, contextFor('request-2', 500, traceparent))
    expect([seen?.traceparent?.slice(0, 35), seen?.traceparent === traceparent]).toEqual([
      traceparent.slice(0, 35),
      false,
    ])
    expect(await service.echo({ text: 'nothing' }, contextFor('request-2', 500))).toBeNull()
  })

  it('fails with the callee’s own error', async () => {
    const { service } = await between({
      echo: async () => {
        throw new SutError('idempotency-key-in-flight', 'busy', { retryAfterSeconds: 1 })
      },
    })
    await expect(service.echo({ text: '' }, contextFor('r', 500))).rejects.toMatchObject({
      code: 'idempotency-key-in-flight',
      message: 'busy',
      retryAfterSeconds: 1,
    })
  })

  it('says nothing of a fault inside', async () => {
    const { service } = await between({ echo: async () => Promise.reject(new Error('password=1234')) })
    await expect(service.echo({ text: '' }, contextFor('r', 500))).rejects.toMatchObject({
      code: 'internal',
      message: 'an unexpected error',
    })
  })

  it('is given up at the deadline', async () => {
    const { service } = await between({ echo: () => new Promise((resolve) => setTimeout(resolve, 1_000)) })
    await expect(service.echo({ text: '' }, contextFor('r', 50))).rejects.toMatchObject({ code: 'deadline-exceeded' })
  })

  it('answers nobody without the internal secret', async () => {
    const { service } = await between(
      { echo: async () => 'secret' },
      { internalSecret: 'another-secret-of-32-characters-!!' },
    )
    await expect(service.echo({ text: '' }, contextFor('r', 500))).rejects.toMatchObject({ code: 'unauthenticated' })
  })

  it('is unavailable when its process is gone', async () => {
    const remote = await between({ echo: async () => 'here' })
    await expect(remote.ping()).resolves.toBeUndefined()
    await server.close()
    await expect(remote.service.echo({ text: '' }, contextFor('r', 500))).rejects.toMatchObject({
      code: 'unavailable',
      retryAfterSeconds: 1,
    })
    await expect(remote.ping()).rejects.toThrow()
  })
})

describe('a change whose answer is lost', () => {
  it.each([
    ['the process dies with it', () => server.server.closeAllConnections()],
    ['the process stalls', () => {}],
  ])('is not said to be undone: %s', async (_how, happens) => {
    let begun = () => {}
    const begins = new Promise<void>((resolve) => {
      begun = resolve
    })
    const { service } = await between(
      {
        echo: () => {
          begun()
          return new Promise((resolve) => setTimeout(resolve, 1_000))
        },
      },
      { contract: CHANGING },
    )
    const answer = service.echo({ text: '' }, contextFor('r', 200))
    void begins.then(happens)
    await expect(answer).rejects.toMatchObject({
      code: 'outcome-unknown',
      message: expect.stringContaining('look again'),
      retryAfterSeconds: 1,
    })
  })

  it('is known not to be made when nothing was sent', async () => {
    const { service } = await between({ echo: async () => 'here' }, { contract: CHANGING })
    await server.close()
    await expect(service.echo({ text: '' }, contextFor('r', 500))).rejects.toMatchObject({ code: 'unavailable' })
    await expect(service.echo({ text: '' }, contextFor('r', 10))).rejects.toMatchObject({ code: 'deadline-exceeded' })
  })
})

describe('a service’s process', () => {
  it('refuses a request that lacks a field, and drops what it does not know', async () => {
    const seen: unknown[] = []
    const { service } = await between({ echo: async (request) => void seen.push(request) })
    await expect(service.echo({} as never, contextFor('r', 500))).rejects.toMatchObject({ code: 'bad-request' })
    await service.echo({ text: 'a', newer: 1 } as never, contextFor('r', 500))
    expect(seen).toEqual([{ text: 'a' }])
  })

  it('refuses at once what is too much, and tells its health all the same', async () => {
    let letGo = () => {}
    const held = new Promise<void>((resolve) => {
      letGo = resolve
    })
    const remote = await between({ echo: () => held }, { maxInFlight: 1 })
    const first = remote.service.echo({ text: '' }, contextFor('r', 2_000))
    await expect
      .poll(() => remote.service.echo({ text: '' }, contextFor('r', 200)).catch(({ code }) => code))
      .toBe('overloaded')
    await remote.ping()
    letGo()
    await first
  })
})
