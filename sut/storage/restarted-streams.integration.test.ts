// What the Redis for streams keeps over its own end: on a server of this test, so that nobody else is disturbed.

import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { afterEach, expect, it, vi } from 'vitest'
import type { EngineEndpoint } from '../../contracts/engines.ts'
import { EVENT_STREAM } from '../../contracts/order-event.ts'
import { removeState } from '../../engines/clean-engines.ts'
import { openCredentials } from '../../engines/credentials.ts'
import { readRecords } from '../../engines/engine-record.ts'
import { openPlace } from '../../engines/place.ts'
import { streams } from '../../engines/redis.ts'
import { startServer } from '../../engines/start-server.ts'
import { killRecord, stopRecord } from '../../engines/stop-engines.ts'
import { inTime } from '../in-time.setup.ts'
import { EdgeRedis } from './edge-redis.ts'
import { EventGroup } from './event-group.ts'

const GROUP = 'test'
const TTL_MS = 600_000

const stateFolder = `.headroom/test-streams-${process.pid}`
let opened: { close(): unknown }[] = []

afterEach(async () => {
  await closeAll()
  await removeState(stateFolder)
})

async function closeAll(): Promise<void> {
  for (const connection of opened) await connection.close()
  opened = []
}

async function start(port?: string): Promise<EngineEndpoint> {
  const place = openPlace(stateFolder)
  const { PATH, HOME, HEADROOM_TEST_ENGINES } = process.env
  const env = {
    PATH,
    HOME,
    HEADROOM_ENGINES: HEADROOM_TEST_ENGINES === 'containers' ? 'docker' : 'programs',
    HEADROOM_STREAMS_REDIS_PORT: port,
  }
  const { signal } = new AbortController()
  return await startServer(streams, {
    place,
    env,
    signal,
    size: 'test',
    credentials: openCredentials(place),
    say: () => {},
  })
}

async function end(how: 'stopped' | 'killed'): Promise<void> {
  const place = openPlace(stateFolder)
  for (const record of readRecords(place)) {
    await (how === 'killed' ? killRecord(place, record) : stopRecord(place, record, 30_000))
  }
}

/** Until all that it took is in its file, which a slow disk puts off for a second or two. */
async function written(owner: Redis): Promise<void> {
  const left = async () => /aof_buffer_length:(\d+)/.exec(await owner.info('persistence'))?.[1]
  await vi.waitUntil(async () => (await left()) === '0', { timeout: 20_000 })
}

function keptOpen<C extends { close(): unknown }>(connection: C): C {
  opened.push(connection)
  return connection
}

/** Once it is connected. */
async function edgeAt(url: string): Promise<EdgeRedis> {
  const edge = keptOpen(new EdgeRedis(url))
  await inTime(() => edge.ping())
  return edge
}

/** What a member of the group is given until nothing more comes, in any order; those are done with. */
async function givenTo(group: EventGroup, count: number): Promise<readonly (string | undefined)[]> {
  const texts: (string | undefined)[] = []
  await vi.waitFor(
    async () => {
      const entries = await group.next()
      await group.done(entries)
      texts.push(...entries.map(({ text }) => text))
      expect(texts.length).toBeGreaterThanOrEqual(count)
    },
    { timeout: 30_000, interval: 20 },
  )
  return [...texts, ...(await group.next()).map(({ text }) => text)].toSorted()
}

it.each(['stopped', 'killed'] as const)('%s, it has messages nobody was done with, and nonces, again', async (how) => {
  const { url } = await start()
  const owner = new Redis(url)
  opened.push({ close: () => owner.disconnect() })
  const write = (text: string) => owner.xadd(EVENT_STREAM, '*', 'event', text)
  const dying = keptOpen(new EventGroup(url, GROUP))
  await inTime(() => dying.next())
  await write('done with')
  expect(await givenTo(dying, 1)).toEqual(['done with'])
  await write('given')
  expect(await dying.next()).toMatchObject([{ text: 'given' }])
  await write('unread')
  const edge = await edgeAt(url)
  const beforeMs = Date.now()
  const use = { sinceMs: beforeMs, ttlMs: TTL_MS }
  const nonce = await inTime(async () => {
    const fresh = randomUUID()
    expect(await edge.take(fresh, use)).toBe('new')
    return fresh
  })
  await written(owner)

  await closeAll()
  await end(how)
  await start(new URL(url).port)

  expect(await givenTo(keptOpen(new EventGroup(url, GROUP)), 2)).toEqual(['given', 'unread'])
  const after = await edgeAt(url)
  expect(await inTime(() => after.take(nonce, use))).toBe('used')
  // It remembers since before it ended: what was sent then is not refused for it.
  expect(await inTime(() => after.take(randomUUID(), use))).toBe('new')
})
