// A user's limit over a whole system with two front-ends of the app, and two monoliths: as one while they share Redis, each its
// own while they do not, and lifted by the load's credential alone.
//
// What may be let in is a law of the time that the requests took, however long that was: a second's worth at once, and a
// second's worth for each second of it.

import { request } from 'undici'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { LOAD_CREDENTIAL_HEADER, ROUTES, TOKEN } from '../contracts/gateway-api.ts'
import { LEGACY_CODES, LEGACY_ROUTES, type LegacyAnswer } from '../contracts/legacy-api.ts'
import { type MigratedSystem, startMigratedSystem } from './migrated-system.setup.ts'
import { type TestSystem, token } from './test-system.setup.ts'

const RATE_PER_SECOND = 10
/** Of requests, one to each front-end: many more than are let in while they are sent. */
const PAIRS = 200
const CREDENTIAL = 'a-credential-of-a-load-and-of-nobody-else'
/** Redis is waited for a little longer (storage/edge-redis.ts): an answer that came sooner was counted there. */
const COUNTED_WITHIN_MS = 150

let migrated: MigratedSystem
let system: TestSystem
let frontEnds: readonly string[]
let monoliths: readonly string[]
let users = 70_000

beforeAll(async () => {
  vi.stubEnv('HEADROOM_USER_RATE_SCOPE', 'all')
  vi.stubEnv('HEADROOM_USER_RATE_PER_SECOND', String(RATE_PER_SECOND))
  vi.stubEnv('HEADROOM_LOAD_CREDENTIAL', CREDENTIAL)
  migrated = await startMigratedSystem('process-per-service')
  system = migrated.system
  const { services } = migrated
  frontEnds = [services.urlOf('app'), await services.startBeside('app')]
  monoliths = [services.urlOf('monolith'), await services.startBeside('monolith')]
  await untilReachingRedis(frontEnds)
  await untilReachingRedis(monoliths)
})
afterEach(() => {
  system.proxies.streams.mode = 'normal'
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await migrated?.stop()
})

async function untilReachingRedis(processes: readonly string[]): Promise<void> {
  const edges = async () =>
    await Promise.all(
      processes.map(async (url) => {
        const { body } = await request(url + ROUTES.health.path)
        const { checks } = (await body.json()) as { readonly checks: Readonly<Record<string, string>> }
        return checks.streams
      }),
    )
  await vi.waitFor(async () => expect(await edges()).toEqual(['ok', 'ok']), { timeout: 30_000, interval: 100 })
}

type Ask = (process: string, userId: number) => Promise<boolean>

const asOldApp: Ask = async (monolith, userId) => {
  const form = { token: token(system.sut.endpoint.jwtSecret, userId, TOKEN.appAudience), page: '1', size: '1' }
  const { body } = await request(`${monolith}${LEGACY_ROUTES.list}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form).toString(),
  })
  return ((await body.json()) as LegacyAnswer<unknown>).code !== LEGACY_CODES.tooOften
}

const asApp =
  (credential?: string): Ask =>
  async (frontEnd, userId) =>
    (await listAt(frontEnd, userId, credential)) !== 429

async function listAt(frontEnd: string, userId: number, credential: string | undefined): Promise<number> {
  const bearer = token(system.sut.endpoint.jwtSecret, userId, TOKEN.appAudience)
  const { statusCode, body } = await request(`${frontEnd}${ROUTES.list.path}?limit=1`, {
    headers: {
      authorization: `Bearer ${bearer}`,
      ...(credential !== undefined && { [LOAD_CREDENTIAL_HEADER]: credential }),
    },
  })
  await body.dump()
  return statusCode
}

/** A user who has not asked before asks both, over and over. */
async function askBoth(processes: readonly string[] = frontEnds, ask: Ask = asApp()) {
  const userId = users++
  const letIn = processes.map(() => 0)
  let uncounted = 0
  const beganAtMs = Date.now()
  for (let pair = 0; pair < PAIRS; pair++) {
    await Promise.all(
      processes.map(async (process, at) => {
        const askedAtMs = performance.now()
        if (!(await ask(process, userId))) return
        letIn[at] = (letIn[at] ?? 0) + 1
        if (performance.now() - askedAtMs >= COUNTED_WITHIN_MS) uncounted++
      }),
    )
  }
  const seconds = (Date.now() - beganAtMs) / 1000
  // One more: clocks are read in whole milliseconds, and two requests are under way at the turn of a second.
  return { userId, letIn, ofBoth: sum(letIn), uncounted, allowed: RATE_PER_SECOND * (1 + seconds) + 1 }
}

function sum(counts: readonly number[]): number {
  return counts.reduce((all, count) => all + count, 0)
}

describe('a user who asks two front-ends at once', () => {
  it('is let in by both together as often as by one', async () => {
    const { ofBoth, uncounted, allowed } = await askBoth()
    expect(ofBoth).toBeGreaterThanOrEqual(RATE_PER_SECOND)
    expect(ofBoth).toBeLessThanOrEqual(allowed + uncounted)
  })

  it('is answered without Redis, by each as often as its own limit allows, and by both together when it is back', async () => {
    system.proxies.streams.mode = 'down'
    const { letIn, allowed } = await askBoth()
    for (const byOne of letIn) {
      expect(byOne).toBeGreaterThanOrEqual(RATE_PER_SECOND)
      expect(byOne).toBeLessThanOrEqual(allowed)
    }
    system.proxies.streams.mode = 'normal'
    await untilReachingRedis(frontEnds)
    const after = await askBoth()
    expect(after.ofBoth).toBeLessThanOrEqual(after.allowed + after.uncounted)
  })

  it('uses up nothing of an administrator who has the same number', async () => {
    const { userId: user } = await askBoth()
    expect((await system.call({ path: '/v1/admin/products/5', user, audience: TOKEN.adminAudience })).status).toBe(200)
  })

  it('is let in always with the load’s credential, and no oftener with another', async () => {
    expect((await askBoth(frontEnds, asApp(CREDENTIAL))).letIn).toEqual([PAIRS, PAIRS])
    const { ofBoth, uncounted, allowed } = await askBoth(frontEnds, asApp(`${CREDENTIAL}s`))
    expect(ofBoth).toBeLessThanOrEqual(allowed + uncounted)
  })
})

describe('a user of an old app who asks two monoliths at once', () => {
  it('is let in by both together as often as by one, and by each alone while Redis is gone', async () => {
    const { ofBoth, uncounted, allowed } = await askBoth(monoliths, asOldApp)
    expect(ofBoth).toBeGreaterThanOrEqual(RATE_PER_SECOND)
    expect(ofBoth).toBeLessThanOrEqual(allowed + uncounted)
    system.proxies.streams.mode = 'down'
    const alone = await askBoth(monoliths, asOldApp)
    for (const byOne of alone.letIn) {
      expect(byOne).toBeGreaterThanOrEqual(RATE_PER_SECOND)
      expect(byOne).toBeLessThanOrEqual(alone.allowed)
    }
  })
})
