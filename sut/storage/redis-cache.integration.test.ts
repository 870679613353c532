// The cache on a real Redis: what is filled in soon, and what is not any more.

import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, inject, it, vi } from 'vitest'
import { Metrics } from '../telemetry/metrics.ts'
import { RedisCache } from './redis-cache.ts'

const TTL_MS = 10_000
const { url } = inject('engines').redis
let redis: Redis
let cache: RedisCache

beforeAll(async () => {
  redis = new Redis(url)
  cache = new RedisCache(url, new Metrics())
  await vi.waitFor(() => cache.ping())
})
afterAll(async () => {
  cache.close()
  await redis.quit()
})

const newKey = () => `headroom:order:test:${randomUUID()}`

/** Fills leave in their order: once this one is there, those before it were tried. */
async function allFilled(): Promise<void> {
  const last = newKey()
  cache.fill(last, 'x', TTL_MS, () => true)
  await vi.waitFor(async () => expect(await redis.get(last)).toBe('x'))
}

it('is filled soon, for a time', async () => {
  const [one, other] = [newKey(), newKey()]
  cache.fill(one, '1', TTL_MS, () => true)
  cache.fill(other, '2', TTL_MS, () => true)
  await allFilled()
  expect(await redis.mget(one, other)).toEqual(['1', '2'])
  const leftMs = await redis.pttl(one)
  expect(leftMs).toBeGreaterThan(0)
  expect(leftMs).toBeLessThanOrEqual(TTL_MS)
})

it('keeps what was put meanwhile', async () => {
  const key = newKey()
  cache.fill(key, 'before', TTL_MS, () => true)
  expect(await cache.put(key, 'changed', TTL_MS)).toBe(true)
  await allFilled()
  expect(await cache.get(key)).toBe('changed')
})

it('is not filled with what is not wanted any more', async () => {
  const key = newKey()
  let isWanted = true
  cache.fill(key, 'before', TTL_MS, () => isWanted)
  isWanted = false
  await allFilled()
  expect(await redis.get(key)).toBeNull()
})

it('is filled no more once it is closed', async () => {
  const key = newKey()
  const closed = new RedisCache(url, new Metrics())
  await vi.waitFor(() => closed.ping())
  closed.fill(key, 'late', TTL_MS, () => true)
  closed.close()
  await allFilled()
  expect(await redis.get(key)).toBeNull()
})
