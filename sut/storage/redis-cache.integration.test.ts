// The cache on a real Redis: what is filled in soon, and what is not any more.

import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, inject, it, vi } from 'vitest'
import { Metrics } from '../telemetry/metrics.ts'
import { RedisCache } from './redis-cache.ts'

const TTL_MS = 10_000
const PATIENCE_MS = 10_000
const { url } = inject('engines').redis
let redis: Redis
let cache: RedisCache

beforeAll(async () => {
  redis = new Redis(url)
  cache = new RedisCache(url, new Metrics())
  await vi.waitFor(() => cache.ping(), PATIENCE_MS)
})
afterAll(async () => {
  cache.close()
  await redis.quit()
})

const newKey = () => `headroom:order:test:${randomUUID()}`

/** Again, until it is there: a Redis that answered late, as on a busy machine, is left alone for a second. */
async function filled(key: string, value: string): Promise<void> {
  const isThere = async () => {
    cache.fill(key, value, TTL_MS, () => true)
    expect(await redis.get(key)).toBe(value)
  }
  await vi.waitFor(isThere, PATIENCE_MS)
}

/** Fills leave in their order: once one is there, those before it were tried. */
const allFilled = () => filled(newKey(), 'x')

it('is filled soon, for a time', async () => {
  const [one, other] = [newKey(), newKey()]
  await Promise.all([filled(one, '1'), filled(other, '2')])
  expect(await redis.mget(one, other)).toEqual(['1', '2'])
  const leftMs = await redis.pttl(one)
  expect(leftMs).toBeGreaterThan(0)
  expect(leftMs).toBeLessThanOrEqual(TTL_MS)
})

it('keeps what was put meanwhile', async () => {
  const key = newKey()
  cache.fill(key, 'before', TTL_MS, () => true)
  await vi.waitFor(async () => expect(await cache.put(key, 'changed', TTL_MS)).toBe(true), PATIENCE_MS)
  await allFilled()
  expect(await redis.get(key)).toBe('changed')
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
  const metrics = new Metrics()
  const closed = new RedisCache(url, metrics)
  await vi.waitFor(() => closed.ping(), PATIENCE_MS)
  closed.fill(key, 'late', TTL_MS, () => true)
  closed.close()
  await allFilled()
  expect(await redis.get(key)).toBeNull()
  expect(await metrics.registry.metrics()).toContain('headroom_cache_failures_total 0')
})
