// Against a real Redis, as the account of the interface.

import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { addressFor } from '../../contracts/service-accounts.ts'
import { type FaultProxy, throughProxy } from '../fault-proxy.setup.ts'
import { inTime } from '../in-time.setup.ts'
import { EdgeRedis } from './edge-redis.ts'

const SINCE = 'headroom:edge:nonces-since'
const { url, passwords } = inject('engines').streams
let owner: Redis
let proxy: FaultProxy
let edge: EdgeRedis
let other: EdgeRedis

beforeAll(async () => {
  owner = new Redis(url)
  const through = await throughProxy(addressFor('edge', url, passwords))
  proxy = through.proxy
  edge = new EdgeRedis(through.url)
  other = new EdgeRedis(addressFor('edge', url, passwords))
  await Promise.all([edge, other].map(isBack))
})
afterEach(async () => {
  proxy.mode = 'normal'
  await isBack(edge)
})
afterAll(async () => {
  edge?.close()
  other?.close()
  await owner?.quit()
  await proxy?.close()
})

const isBack = (redis: EdgeRedis) => inTime(() => redis.ping())

const use = (sinceMs = Date.now() + 1_000) => ({ sinceMs, ttlMs: 60_000 })
/** A nonce that was taken. */
const taken = () =>
  inTime(async () => {
    const nonce = randomUUID()
    await edge.take(nonce, use())
    return nonce
  })

describe('nonces', () => {
  it('are new once, whichever process asks, also when all ask at once', async () => {
    const asked = await inTime(() => {
      const nonce = randomUUID()
      return Promise.all(Array.from({ length: 20 }, (_, i) => (i % 2 ? edge : other).take(nonce, use())))
    })
    expect(asked.filter((answer) => answer === 'new')).toHaveLength(1)
    expect(asked.filter((answer) => answer === 'used')).toHaveLength(19)
  })

  it('are forgotten after their time, and not before', async () => {
    const nonce = await taken()
    const leftMs = await owner.pttl(`headroom:edge:nonce:${nonce}`)
    expect(leftMs).toBeGreaterThan(30_000)
    expect(leftMs).toBeLessThanOrEqual(60_000)
  })

  it('of before the memory began cannot be told', async () => {
    await owner.del(SINCE)
    const before = Date.now() - 1
    expect(await inTime(() => edge.take(randomUUID(), use(before)))).toBe('unknowable')
    expect(await inTime(() => edge.take(randomUUID(), use()))).toBe('new')
    // What is known to have been used is said to be so.
    const nonce = await taken()
    expect(await inTime(() => edge.take(nonce, use(before)))).toBe('used')
  })

  it('cannot be told while Redis is gone, or silent', async () => {
    for (const mode of ['down', 'stalled'] as const) {
      proxy.mode = mode
      await expect(edge.take(randomUUID(), use())).rejects.toThrow()
    }
  })
})

describe('counts', () => {
  it('are those of all processes, with the second before', async () => {
    const counts = await inTime(async () => {
      const who = randomUUID()
      return [await edge.add(who, 100), await other.add(who, 100), await edge.add(who, 101)]
    })
    expect(counts.slice(1)).toEqual([
      { now: 2, before: 0 },
      { now: 1, before: 2 },
    ])
  })
})

it('keeps to keys of its own', async () => {
  if (!passwords?.edge) return
  const account = new Redis(addressFor('edge', url, passwords))
  await expect(account.get('headroom:order:v2:1')).rejects.toThrow('NOPERM')
  await expect(account.flushall()).rejects.toThrow('NOPERM')
  account.disconnect()
})
