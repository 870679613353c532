// A whole system whose app has to sign and seal, with its memory of nonces in a real Redis behind a proxy: replayed requests,
// and a Redis that is gone, full or was emptied.

import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { request } from 'undici'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { TOKEN } from '../contracts/gateway-api.ts'
import { whileFull } from './full-redis.setup.ts'
import { inTime } from './in-time.setup.ts'
import { type AppRequest, sealed, signed } from './interface/signing-client.fixture.ts'
import { startTestSystem, type TestSystem, token } from './test-system.setup.ts'

const USER = 42
const BODY = { channel: 'app', region: 3, paymentMethod: 'card', items: [{ productId: 5, quantity: 2 }] }

let system: TestSystem
beforeAll(async () => {
  system = await startTestSystem(inject('engines'), 'one-process', undefined, 'sealed')
})
afterEach(() => {
  for (const proxy of Object.values(system.proxies)) proxy.mode = 'normal'
})
afterAll(() => system?.stop())

type Made = ReturnType<typeof signed>

async function send({ method, url, headers, payload }: Made): Promise<readonly [number, string]> {
  const { statusCode, body } = await request(`${system.sut.endpoint.baseUrl}${url}`, {
    method: method as 'GET' | 'POST',
    headers: headers as Record<string, string>,
    ...(payload !== undefined && { body: payload as Buffer }),
  })
  const answer = (await body.json()) as { readonly code?: string }
  return [statusCode, answer.code ?? 'ok']
}

function asked(more: Partial<AppRequest> = {}): AppRequest {
  const { jwtSecret, clientSecret = '' } = system.sut.endpoint
  const headers = { authorization: `Bearer ${token(jwtSecret, USER, TOKEN.appAudience)}` }
  return { url: '/v1/app/orders?limit=5', userId: USER, secret: clientSecret, headers, ...more }
}

function checkout(key: string = randomUUID()): AppRequest {
  const { headers, ...rest } = asked()
  return { ...rest, url: '/v1/app/orders', method: 'POST', body: BODY, headers: { ...headers, 'idempotency-key': key } }
}

/** One that was taken: a memory of nonces that is late is not believed, which a busy machine makes it. */
async function taken(make: () => AppRequest = checkout): Promise<Made> {
  return await inTime(async () => {
    const made = sealed(make())
    expect(await send(made)).toEqual([201, 'ok'])
    return made
  })
}

async function isReplay(made: Made): Promise<void> {
  const answerOnce = async () => {
    const [status, code] = await send(made)
    if (code === 'nonces-unavailable') throw new Error('late')
    return [status, code]
  }
  expect(await inTime(answerOnce)).toEqual([409, 'request-replayed'])
}

describe('a sealed checkout', () => {
  it('is stored, and the same bytes again are refused by whichever process they reach', async () => {
    await isReplay(await taken())
  })

  it('repeated with its key, and a nonce of its own, is the same order', async () => {
    const key = randomUUID()
    await taken(() => checkout(key))
    await taken(() => checkout(key))
    const [{ found } = { found: '' }] = await system.rows<{ found: string }>(
      'SELECT COUNT(*) AS found FROM idempotency_keys_42 WHERE user_id = ? AND key_hash = LEFT(UNHEX(SHA2(?, 256)), 16)',
      [USER, key],
    )
    expect(Number(found)).toBe(1)
  })

  it('sent fifty times at once is one order', async () => {
    const sentAtOnce = async () => {
      const made = sealed(checkout())
      const answers = await Promise.all(Array.from({ length: 50 }, () => send(made)))
      expect(answers.map(([, code]) => code)).not.toContain('nonces-unavailable')
      return answers
    }
    const answers = await inTime(sentAtOnce)
    expect(answers.filter(([status]) => status === 201)).toHaveLength(1)
    expect(answers.filter(([, code]) => code === 'request-replayed')).toHaveLength(49)
  })

  it('unsealed, or unsigned, is refused', async () => {
    expect(await send(signed(checkout()))).toEqual([400, 'encryption-required'])
    const { headers = {}, body } = checkout()
    const plain = { method: 'POST', url: '/v1/app/orders', headers: { ...headers }, payload: JSON.stringify(body) }
    const typed = { ...plain, headers: { ...plain.headers, 'content-type': 'application/json' } } as Made
    expect(await send(typed)).toEqual([401, 'signature-required'])
  })
})

describe('while the cache', () => {
  const goesOn = async () => {
    await isReplay(await taken())
  }

  it.each(['down', 'stalled'] as const)('is %s, nonces are remembered as ever', async (mode) => {
    system.proxies.redis.mode = mode
    await goesOn()
  })

  it('is full, nonces are remembered as ever', async () => {
    await whileFull(inject('engines').redis.url, goesOn)
  })
})

describe('while the Redis for streams', () => {
  it('is full, a checkout is refused rather than let through unremembered, and taken when there is room', async () => {
    const { url } = inject('engines').streams
    await whileFull(url, async () => expect(await send(sealed(checkout()))).toEqual([503, 'nonces-unavailable']))
    await taken()
  })
})

describe('while the Redis for streams is gone', () => {
  it.each(['down', 'stalled'] as const)(
    '(%s) a checkout is refused, a read is answered, and both are when it is back',
    async (mode) => {
      system.proxies.streams.mode = mode
      expect(await send(sealed(checkout()))).toEqual([503, 'nonces-unavailable'])
      expect(await send(signed(asked()))).toEqual([200, 'ok'])
      system.proxies.streams.mode = 'normal'
      await taken()
    },
  )

  it('and comes back empty, what was sent before it is refused, and what is sent then is not', async () => {
    const before = sealed({ ...checkout(), timestampMs: Date.now() - 1_000 })
    await taken()
    const owner = new Redis(inject('engines').streams.url)
    await owner.flushdb()
    await owner.quit()
    // Sent before the memory began again, by moments: their sender sends them anew.
    await taken()
    expect(await send(before)).toEqual([503, 'nonces-unavailable'])
  })
})
