// One table that somebody holds, as a schema change behind a long query does: its shard is refused, and nothing else.

import { createHash, randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { shardOf } from '../contracts/shard.ts'
import { type Answer, startTestSystem, type TestSystem } from './test-system.setup.ts'

const BODY = { channel: 'app', region: 1, paymentMethod: 'card', items: [{ productId: 1, quantity: 1 }] }
const LOCKED = 7
/** Longer than a request's deadline, so that requests of its first second have long given up before the end. */
const LOCKED_FOR_MS = 8_000
const MIX_PAUSE_MS = 20
/** Requests; leases, relay, upkeep, ping; and the one for ending abandoned statements. */
const CONNECTIONS = 16 + 4 + 1

interface Sent {
  readonly user: number
  readonly key: string
  readonly answer: Answer
}

let system: TestSystem

const checkout = async (user: number): Promise<Sent> => {
  const key = randomUUID()
  return { user, key, answer: await system.call({ method: 'POST', path: '/v1/app/orders', user, key, body: BODY }) }
}
const list = async (user: number): Promise<Sent> => {
  return { user, key: '', answer: await system.call({ path: '/v1/app/orders', user }) }
}
const connections = async () => {
  const sql =
    'SELECT COUNT(*) AS open FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()'
  return Number((await system.rows<{ open: number }>(sql))[0]?.open)
}

beforeAll(async () => {
  system = await startTestSystem(inject('engines'), 'one-process')
})
afterAll(() => system?.stop())

it('refuses the users of a locked shard, serves all others, and stores nothing that it said it had not', async () => {
  await system.rows('LOCK TABLES orders_07 WRITE')
  const sending: Promise<Sent>[] = []
  let mostConnections = 0
  const startedAtMs = performance.now()
  for (let at = 0; performance.now() - startedAtMs < LOCKED_FOR_MS; at++) {
    // Every other request is for the locked shard: far more than its share.
    const user = 64 * at + (at % 2 === 0 ? LOCKED : at % 64)
    sending.push(at % 4 < 2 ? checkout(user) : list(user))
    if (at % 10 === 0) mostConnections = Math.max(mostConnections, await connections().catch(() => 0))
    await pause(MIX_PAUSE_MS)
  }
  await system.rows('UNLOCK TABLES')
  await expect.poll(async () => (await checkout(LOCKED)).answer.status, { timeout: 10_000, interval: 200 }).toBe(201)

  const sent = await Promise.all(sending)
  const [ofLocked, ofOthers] = [true, false].map((isLocked) =>
    sent.filter(({ user }) => (shardOf(user) === LOCKED) === isLocked),
  ) as [Sent[], Sent[]]
  // A machine that does other work too refuses one now and then.
  const refusedOthers = ofOthers.flatMap(({ answer: { status, body } }) => (status >= 400 ? [body.code] : []))
  expect(refusedOthers.length, String(refusedOthers)).toBeLessThan(ofOthers.length / 10)
  const refusals = ofLocked.filter(({ answer }) => answer.status >= 400)
  const expected = ['unavailable', 'overloaded', 'deadline-exceeded', 'outcome-unknown']
  expect(refusals.filter(({ answer }) => !expected.includes(answer.body.code))).toEqual([])
  expect(mostConnections).toBeLessThanOrEqual(CONNECTIONS)

  const notStored = refusals.filter(({ key, answer }) => key !== '' && answer.body.code !== 'outcome-unknown')
  expect(notStored.length).toBeGreaterThan(0)
  const keys = new Set(notStored.map(({ key }) => createHash('sha256').update(key).digest('hex').slice(0, 32)))
  const stored = await system.rows<{ hash: string }>('SELECT LOWER(HEX(key_hash)) AS hash FROM idempotency_keys_07')
  expect(stored.filter(({ hash }) => keys.has(hash))).toEqual([])
})
