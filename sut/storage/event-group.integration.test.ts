// A group of readers on a real Redis stream: each entry to one of them, and again until somebody is done with it.

import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, inject, it, vi } from 'vitest'
import { EVENT_STREAM, UNREADABLE_STREAM } from '../../contracts/order-event.ts'
import { EventGroup, type GroupEntry } from './event-group.ts'

const { url } = inject('engines').streams
const groups: string[] = []
const opened: EventGroup[] = []
let redis: Redis

beforeAll(() => {
  redis = new Redis(url)
})
afterAll(async () => {
  for (const group of opened) await group.close()
  for (const group of groups) await redis.xgroup('DESTROY', EVENT_STREAM, group)
  await redis.quit()
})

function newGroup(): string {
  const group = `test-${randomUUID()}`
  groups.push(group)
  return group
}

function member(group: string): EventGroup {
  const opening = new EventGroup(url, group)
  opened.push(opening)
  return opening
}

/** Other tests write to the same stream: what was there before is done with. */
async function caughtUp(group: EventGroup): Promise<void> {
  for (;;) {
    const entries = await group.next().catch(() => undefined)
    if (entries?.length === 0) return
    if (entries) await group.done(entries)
    else await sleep(20)
  }
}

async function until(group: EventGroup, text: string): Promise<GroupEntry> {
  for (let tries = 0; tries < 30; tries++) {
    const entries = await group.next()
    const found = entries.find((entry) => entry.text === text)
    await group.done(entries.filter((entry) => entry !== found))
    if (found) return found
  }
  throw new Error(`${text} was not given out`)
}

const write = (text: string) => redis.xadd(EVENT_STREAM, '*', 'event', text)

it.concurrent('gives an entry to one member, and to nobody again who is done with it', async () => {
  const group = newGroup()
  const [one, other] = [member(group), member(group)]
  await caughtUp(one)
  await write('only once')
  const given = await until(one, 'only once')
  await one.done([given])
  await sleep(6_000)
  const again = [...(await one.next()), ...(await other.next())].filter(({ text }) => text === 'only once')
  expect(again).toEqual([])
})

it.concurrent('gives an entry that nobody was done with to somebody else', async () => {
  const group = newGroup()
  const [dying, other] = [member(group), member(group)]
  await caughtUp(dying)
  await write('of a dead one')
  await until(dying, 'of a dead one')
  const given = await until(other, 'of a dead one')
  await other.done([given])
})

it.concurrent('puts aside what makes no sense, with the name of its reader', async () => {
  const group = newGroup()
  const own = member(group)
  await caughtUp(own)
  await write('no sense')
  await own.setAside([await until(own, 'no sense')])
  const entries = await redis.xrevrange(UNREADABLE_STREAM, '+', '-', 'COUNT', 200)
  expect(entries.map(([, fields]) => fields)).toContainEqual([
    'group',
    group,
    'id',
    expect.any(String),
    'event',
    'no sense',
  ])
  expect((await redis.xpending(EVENT_STREAM, group))[0]).toBe(0)
})

it.concurrent('goes on when Redis knows of no group any longer', async () => {
  const group = newGroup()
  const own = member(group)
  await caughtUp(own)
  await redis.xgroup('DESTROY', EVENT_STREAM, group)
  await expect(own.next()).rejects.toThrow('NOGROUP')
  await write('after it')
  expect((await until(own, 'after it')).text).toBe('after it')
})

it('is well as soon as it is connected, though its first look came too early', async () => {
  const group = member(newGroup())
  await expect(group.next()).rejects.toThrow()
  await vi.waitFor(() => group.ping(), 10_000)
})
