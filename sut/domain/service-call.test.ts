import type { FastifyInstance } from 'fastify'
import { afterEach, describe, expect, it } from 'vitest'
import { SutError } from '../errors.ts'
import { type CallContext, contextFor } from '../telemetry/call-context.ts'
import { createLogger } from '../telemetry/logger.ts'
import { Metrics } from '../telemetry/metrics.ts'
import { remoteService } from './service-client.ts'
import { serveService } from './service-server.ts'

interface Echo {
  echo(request: { readonly text: string }, context: CallContext): Promise<unknown>
}

const SECRET = 'an-internal-secret-of-32-characters'
const closing: (() => Promise<unknown>)[] = []
let server: FastifyInstance

async function between(service: Echo, internalSecret = SECRET) {
  server = serveService<Echo>('echo', service, ['echo'], {
    internalSecret: SECRET,
    maxDeadlineMs: 2_000,
    logger: createLogger('test', 'silent'),
    metrics: new Metrics(),
    health: async () => ({ status: 'ok', checks: {} }),
  })
  const url = await server.listen({ host: '127.0.0.1', port: 0 })
  const remote = remoteService<Echo>('echo', ['echo'], { url, internalSecret })
  closing.push(remote.close, () => server.close())
  return remote
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
    expect(seen!.deadlineAtMs - performance.now()).toBeLessThanOrEqual(500)
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
    const { service } = await between({ echo: async () => 'secret' }, 'another-secret-of-32-characters-!!')
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
