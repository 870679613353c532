// The app's interface where requests must be signed, or sealed: what passes, and the error that each other request gets before it
// reaches any flow.

import type { FastifyInstance, InjectOptions } from 'fastify'
import { describe, expect, it } from 'vitest'
import {
  type AppDemands,
  CLOCK_WINDOW_MS,
  PROTECTION_HEADERS,
  SEALED_TYPE,
} from '../../contracts/request-protection.ts'
import { Metrics } from '../telemetry/metrics.ts'
import { ClientKeys, clientKey } from './client-keys.ts'
import { authorization, type Calls, frontEndOver, recordingFlows } from './recording-flows.fixture.ts'
import type { NonceMemory } from './request-protection.ts'
import { type AppRequest, CLIENT_SECRET, contextOf, sealed, signed } from './signing-client.fixture.ts'

const NEXT_SECRET = 'the-next-secret-of-a-client-of-the-app'
const BODY = { channel: 'app', region: 3, paymentMethod: 'card', items: [{ productId: 5, quantity: 2 }] }
const PLACED = {
  orderId: '912288777518256128',
  status: 'placed',
  amountCents: 1,
  paymentStatus: 'pending',
  createdAtMs: 1,
}
const NO_ORDERS = { orders: [], nextBefore: null }
const USER = 42
const KEY = { 'idempotency-key': 'abcdefgh-1' }

const tokenOf = (userId = USER, more: object = {}) => authorization(userId, 'app', more)
const BOUND = { cnf: { kid: clientKey(CLIENT_SECRET).id } }

const checkout = (more: Partial<AppRequest> = {}): AppRequest => ({
  method: 'POST',
  url: '/v1/app/orders',
  userId: USER,
  body: BODY,
  headers: { ...tokenOf(), ...KEY },
  ...more,
})
const list = (more: Partial<AppRequest> = {}): AppRequest => ({
  url: '/v1/app/orders?limit=5',
  userId: USER,
  headers: tokenOf(),
  ...more,
})

interface Scene {
  readonly app: FastifyInstance
  readonly calls: Calls
  readonly keys: ClientKeys
  readonly metrics: Metrics
  readonly nonces: { mode: 'there' | 'gone' | 'emptied' }
}

function serve(demands: Exclude<AppDemands, 'off'> = 'signed', userRatePerSecond = 100): Scene {
  const calls: Calls = []
  const keys = new ClientKeys([CLIENT_SECRET])
  const metrics = new Metrics()
  const nonces = { mode: 'there' as Scene['nonces']['mode'] }
  const used = new Set<string>()
  const memory: NonceMemory = {
    take: async (nonce) => {
      if (nonces.mode === 'gone') throw new Error('gone')
      if (used.has(nonce)) return 'used'
      used.add(nonce)
      return nonces.mode === 'emptied' ? 'unknowable' : 'new'
    },
  }
  const app = frontEndOver(recordingFlows(calls, { checkout: PLACED, list: NO_ORDERS }), {
    metrics,
    userRatePerSecond,
    protection: (of) => ({ demands, keys, nonces: memory, metrics: of }),
  })
  return { app, calls, keys, metrics, nonces }
}

async function answer({ app }: Pick<Scene, 'app'>, options: InjectOptions): Promise<readonly [number, string]> {
  const response = await app.inject(options)
  return [response.statusCode, response.statusCode < 400 ? 'ok' : response.json().code]
}

const changed = (options: InjectOptions, how: Partial<InjectOptions>): InjectOptions => ({ ...options, ...how })
const withHeader = (options: InjectOptions, name: string, value: string | undefined): InjectOptions => {
  const others = Object.entries(options.headers ?? {}).filter(([known]) => known !== name)
  return { ...options, headers: Object.fromEntries([...others, ...(value === undefined ? [] : [[name, value]])]) }
}

describe('a signed request', () => {
  it('passes, with a body and without', async () => {
    const scene = serve()
    expect(await answer(scene, signed(checkout()))).toEqual([201, 'ok'])
    expect(await answer(scene, signed(list()))).toEqual([200, 'ok'])
    expect(scene.calls.map(({ operation }) => operation)).toEqual(['checkout', 'list'])
    const text = await scene.metrics.registry.metrics()
    expect(text).toContain('headroom_call_seconds_count{layer="interface",operation="signature",outcome="ok"} 2')
  })

  it('is taken once, and a repeat of the order with a nonce of its own is no replay', async () => {
    const scene = serve()
    const first = signed(checkout())
    expect(await answer(scene, first)).toEqual([201, 'ok'])
    expect(await answer(scene, first)).toEqual([409, 'request-replayed'])
    expect(await answer(scene, signed(checkout()))).toEqual([201, 'ok'])
    const read = signed(list())
    await answer(scene, read)
    expect(await answer(scene, read)).toEqual([409, 'request-replayed'])
  })

  it.each<[string, (at: number) => InjectOptions, string]>([
    ['another body', () => changed(signed(checkout()), { payload: JSON.stringify({ ...BODY, region: 4 }) }), 'invalid'],
    ['a space more', () => changed(signed(checkout()), { payload: `${JSON.stringify(BODY)} ` }), 'invalid'],
    ['no body', () => changed(signed(checkout()), { payload: '' }), 'invalid'],
    ['another method', () => changed(signed(list()), { method: 'POST' }), 'invalid'],
    ['another path', () => changed(signed(checkout()), { url: '/v1/app/orders/1/pay', payload: '' }), 'invalid'],
    ['another query', () => changed(signed(list()), { url: '/v1/app/orders?limit=6' }), 'invalid'],
    ['a query more', () => changed(signed(checkout()), { url: '/v1/app/orders?x=1' }), 'invalid'],
    ['another user', () => signed(checkout({ headers: { ...tokenOf(43), ...KEY } })), 'invalid'],
    ['another nonce', () => withHeader(signed(list()), PROTECTION_HEADERS.nonce, 'a-nonce-of-another'), 'invalid'],
    [
      'another time',
      (at) => withHeader(signed(list({ timestampMs: at })), PROTECTION_HEADERS.timestamp, String(at + 1)),
      'invalid',
    ],
    ['a key that nobody knows', () => signed(list({ secret: NEXT_SECRET })), 'invalid'],
    ['a key bound to another', () => signed(list({ headers: tokenOf(USER, { cnf: { kid: 'cafe' } }) })), 'invalid'],
    ['its key alone', () => withHeader(signed(list()), PROTECTION_HEADERS.signature, undefined), 'invalid'],
    ['a signature of another form', () => withHeader(signed(list()), PROTECTION_HEADERS.signature, 'AA=='), 'invalid'],
    ['a short nonce', () => signed(list({ nonce: 'short' })), 'invalid'],
    ['a time of six minutes ago', (at) => signed(list({ timestampMs: at - 360_000 })), 'expired'],
    ['a time in six minutes', (at) => signed(checkout({ timestampMs: at + 360_000 })), 'expired'],
    ['nothing of it', () => ({ url: '/v1/app/orders', headers: tokenOf() }), 'required'],
  ])('with %s is refused', async (_what, request, why) => {
    const scene = serve()
    expect(await answer(scene, request(Date.now()))).toEqual([401, `signature-${why}`])
    expect(scene.calls).toEqual([])
  })

  it('is taken up to the end of its window', async () => {
    const scene = serve()
    const almost = CLOCK_WINDOW_MS - 60_000
    for (const timestampMs of [Date.now() - almost, Date.now() + almost]) {
      expect(await answer(scene, signed(list({ timestampMs })))).toEqual([200, 'ok'])
    }
  })

  it('uses up no nonce for whoever cannot sign', async () => {
    const scene = serve()
    const request = checkout({ nonce: 'a-nonce-that-was-overheard' })
    expect(await answer(scene, changed(signed(request), { payload: '{}' }))).toEqual([401, 'signature-invalid'])
    expect(await answer(scene, signed(request))).toEqual([201, 'ok'])
  })

  it.each(['gone', 'emptied'] as const)(
    'that changes something is refused while nonces are %s, a read is not',
    async (mode) => {
      const scene = serve()
      scene.nonces.mode = mode
      expect(await answer(scene, signed(checkout()))).toEqual([503, 'nonces-unavailable'])
      const pay = { url: '/v1/app/orders/912288777518256128/pay', body: undefined }
      expect(await answer(scene, signed(checkout(pay)))).toEqual([503, 'nonces-unavailable'])
      expect(await answer(scene, signed(list()))).toEqual([200, 'ok'])
      expect(scene.calls.map(({ operation }) => operation)).toEqual(['list'])
      scene.nonces.mode = 'there'
      expect(await answer(scene, signed(checkout()))).toEqual([201, 'ok'])
    },
  )

  it('of a retired key is refused, and none while one key replaces another', async () => {
    const scene = serve()
    const by = (secret: string) => answer(scene, signed(list({ secret })))
    scene.keys.replace([CLIENT_SECRET, NEXT_SECRET])
    expect([await by(CLIENT_SECRET), await by(NEXT_SECRET)]).toEqual([
      [200, 'ok'],
      [200, 'ok'],
    ])
    scene.keys.replace([NEXT_SECRET])
    expect(await by(CLIENT_SECRET)).toEqual([401, 'signature-invalid'])
    expect(await by(NEXT_SECRET)).toEqual([200, 'ok'])
  })
})

describe('where a signature is offered', () => {
  it('passes a request without one, and refuses one that is wrong', async () => {
    const scene = serve('offered')
    expect(await answer(scene, { url: '/v1/app/orders', headers: tokenOf() })).toEqual([200, 'ok'])
    const wrong = changed(signed(list()), { url: '/v1/app/orders?limit=6' })
    expect(await answer(scene, wrong)).toEqual([401, 'signature-invalid'])
  })

  it('refuses to step down: a token bound to a key is of no use without its signature', async () => {
    const scene = serve('offered')
    const headers = tokenOf(USER, BOUND)
    expect(await answer(scene, { url: '/v1/app/orders', headers })).toEqual([401, 'signature-required'])
    expect(await answer(scene, signed(list({ headers })))).toEqual([200, 'ok'])
    scene.keys.replace([CLIENT_SECRET, NEXT_SECRET])
    expect(await answer(scene, signed(list({ headers, secret: NEXT_SECRET })))).toEqual([401, 'signature-invalid'])
  })
})

describe('a sealed body', () => {
  it.each(['offered', 'signed', 'sealed'] as const)('is opened where %s is demanded', async (demands) => {
    const scene = serve(demands)
    expect(await answer(scene, sealed(checkout()))).toEqual([201, 'ok'])
    expect(scene.calls).toEqual([
      { operation: 'checkout', request: { userId: USER, idempotencyKey: 'abcdefgh-1', body: BODY } },
    ])
  })

  it('is held to the schema of what it holds', async () => {
    const scene = serve('sealed')
    for (const body of [{ ...BODY, amountCents: 1 }, JSON.parse('{"__proto__":{}}')]) {
      expect(await answer(scene, sealed(checkout({ body })))).toEqual([400, 'bad-request'])
    }
    expect(scene.calls).toEqual([])
  })

  it('is demanded of whatever has a body, and of nothing else', async () => {
    const scene = serve('sealed')
    expect(await answer(scene, signed(checkout()))).toEqual([400, 'encryption-required'])
    expect(await answer(scene, signed(list()))).toEqual([200, 'ok'])
  })

  it.each(['method', 'target', 'userId', 'timestampMs', 'nonce', 'keyId'] as const)(
    'of another %s does not open, though it is signed well',
    async (field) => {
      const scene = serve('sealed')
      const changes = { timestampMs: 1, method: 'GET', target: '/v1/app', userId: 43, keyId: 'a' }
      const other = { ...contextOf(checkout()), ...changes }
      expect(await answer(scene, sealed(checkout(), { [field]: other[field] }))).toEqual([400, 'decryption-failed'])
      expect(scene.calls).toEqual([])
    },
  )

  it('that was changed on its way is refused before it is opened', async () => {
    const scene = serve('sealed')
    const request = sealed(checkout())
    const bytes = Buffer.from(request.payload as Buffer)
    bytes[20] = (bytes[20] ?? 0) ^ 1
    expect(await answer(scene, changed(request, { payload: bytes }))).toEqual([401, 'signature-invalid'])
  })

  it('too short to be one does not open', async () => {
    const scene = serve('sealed')
    const short = signed({ ...checkout(), body: [] })
    const named = withHeader(short, 'content-type', SEALED_TYPE)
    expect(await answer(scene, named)).toEqual([400, 'decryption-failed'])
  })

  it('of ten megabytes is refused by its size alone', async () => {
    const scene = serve('sealed')
    const request = changed(sealed(checkout()), { payload: Buffer.alloc(10 * 1024 * 1024) })
    expect(await answer(scene, request)).toEqual([413, 'payload-too-large'])
    expect(await scene.metrics.registry.metrics()).not.toContain('operation="unsealing",outcome="refused"} 1')
  })

  it('is neither held against its signature nor opened for whoever asks too often', async () => {
    const scene = serve('sealed', 1)
    const answers = await Promise.all(Array.from({ length: 8 }, () => answer(scene, sealed(checkout()))))
    const passed = answers.filter(([status]) => status === 201).length
    expect(answers.filter(([, code]) => code === 'too-many-requests')).toHaveLength(8 - passed)
    expect(passed).toBeLessThan(8)
    const text = await scene.metrics.registry.metrics()
    for (const operation of ['signature', 'nonce', 'unsealing']) {
      const counts = text.match(
        new RegExp(`headroom_call_seconds_count\\{[^}]*operation="${operation}"[^}]*\\} \\d+`, 'g'),
      )
      expect(counts).toEqual([
        `headroom_call_seconds_count{layer="interface",operation="${operation}",outcome="ok"} ${passed}`,
      ])
    }
  })

  it('without a signature is refused', async () => {
    const scene = serve('offered')
    const { payload } = sealed(checkout())
    const headers = { ...tokenOf(), ...KEY, 'content-type': SEALED_TYPE }
    const request: InjectOptions = { method: 'POST', url: '/v1/app/orders', headers, payload: payload as Buffer }
    expect(await answer(scene, request)).toEqual([401, 'signature-required'])
  })
})

it('asks nothing of the web admin', async () => {
  const { app } = serve('sealed')
  const url = '/v1/admin/orders/search?fromMs=1&toMs=2'
  const response = await app.inject({ url, headers: authorization(1, 'admin') })
  expect(response.statusCode).not.toBe(401)
})
