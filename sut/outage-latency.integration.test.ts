// What an outage of a part costs the users of the rest: one of two MySQL servers stands still, or one table is locked.
// Times are printed, not asserted: they mean something on an idle machine only.
//
//   HEADROOM_OUTAGE=1 npm test -- --lane local sut/outage-latency.integration.test.ts

import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type SecondMysql, startSecondMysql } from './second-mysql.setup.ts'
import { type Answer, startTestSystem, type TestSystem, testDatabase } from './test-system.setup.ts'

const BODY = { channel: 'app', region: 1, paymentMethod: 'card', items: [{ productId: 1, quantity: 1 }] }
const ON_HOME = Array.from({ length: 32 }, (_, shard) => shard)
const ON_SECOND = ON_HOME.map((shard) => shard + 32)
const LOCKED = 7
const PER_SECOND = 80
const WARM_UP_SECONDS = 10
const PHASE_SECONDS = 20

interface Sent {
  readonly isHit: boolean
  readonly latencyMs: number
  readonly answer: Answer
}

let second: SecondMysql
let secondDatabase: Awaited<ReturnType<typeof testDatabase>>
let system: TestSystem
let rank = 0

/** Half of the requests, whatever becomes of them, are of users of `hit`, half of all others; lists and checkouts. */
async function offer(seconds: number, hit: readonly number[]): Promise<readonly Sent[]> {
  const others = [...ON_HOME, ...ON_SECOND].filter((shard) => !hit.includes(shard))
  const sending: Promise<Sent>[] = []
  const startedAtMs = performance.now()
  for (let at = 0; at < seconds * PER_SECOND; at++) {
    const dueMs = startedAtMs + (at * 1000) / PER_SECOND
    await pause(Math.max(0, dueMs - performance.now()))
    const isHit = at % 2 === 0
    const shards = isHit ? hit : others
    const user = 64 * rank++ + (shards[rank % shards.length] ?? 0)
    const call =
      at % 4 < 2
        ? system.call({ method: 'POST', path: '/v1/app/orders', user, key: randomUUID(), body: BODY })
        : system.call({ path: '/v1/app/orders', user })
    sending.push(call.then((answer) => ({ isHit, answer, latencyMs: performance.now() - dueMs })))
  }
  return await Promise.all(sending)
}

interface Phase {
  readonly name: string
  readonly sent: readonly Sent[]
}

function report(title: string, phases: readonly Phase[], backAfterMs: number): void {
  const lines = phases.map(({ name, sent }) => {
    const times = othersOf(sent).map(({ latencyMs }) => latencyMs)
    const refused = (of: readonly Sent[]) => of.filter(({ answer }) => answer.status >= 400).length
    const hit = sent.filter(({ isHit }) => isHit)
    const others = `others: ${times.length} sent, ${refused(othersOf(sent))} refused, p50 ${ms(times, 0.5)}, p95 ${ms(times, 0.95)}`
    return `  ${name.padEnd(8)} ${others};  its own: ${hit.length} sent, ${refused(hit)} refused`
  })
  const [before = Number.NaN, during = Number.NaN] = phases.map(({ sent }) =>
    percentile(
      othersOf(sent).map(({ latencyMs }) => latencyMs),
      0.95,
    ),
  )
  const ratio = `p95 of the others × ${(during / before).toFixed(2)} (wanted: at most 1.1)`
  process.stdout.write(
    `${[title, ...lines, `  ${ratio}; served again after ${(backAfterMs / 1000).toFixed(1)} s`].join('\n')}\n`,
  )
}

function othersOf(sent: readonly Sent[]): readonly Sent[] {
  return sent.filter(({ isHit }) => !isHit)
}

function percentile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(share * values.length) - 1] ?? Number.NaN
}

function ms(values: readonly number[], share: number): string {
  return `${percentile(values, share).toFixed(1)} ms`
}

async function measure(title: string, hit: readonly number[], begin: () => unknown, end: () => unknown): Promise<void> {
  await offer(WARM_UP_SECONDS, hit)
  const before = { name: 'before', sent: await offer(PHASE_SECONDS, hit) }
  await begin()
  const during = { name: 'during', sent: await offer(PHASE_SECONDS, hit) }
  await end()
  const endedAtMs = performance.now()
  const user = () => 64 * rank++ + (hit[0] ?? 0)
  const placed = async () =>
    (await system.call({ method: 'POST', path: '/v1/app/orders', user: user(), key: randomUUID(), body: BODY })).status
  await expect.poll(placed, { timeout: 30_000, interval: 100 }).toBe(201)
  const backAfterMs = performance.now() - endedAtMs
  const after = { name: 'after', sent: await offer(PHASE_SECONDS / 2, hit) }
  report(title, [before, during, after], backAfterMs)
  for (const { sent } of [before, during, after]) {
    expect(othersOf(sent).filter(({ answer }) => answer.status >= 400)).toEqual([])
  }
  expect(during.sent.some(({ isHit, answer }) => isHit && answer.status >= 500)).toBe(true)
}

describe.runIf(process.env.HEADROOM_OUTAGE === '1')('the latency of everybody else', () => {
  beforeAll(async () => {
    second = await startSecondMysql()
    secondDatabase = await testDatabase(second.url)
    system = await startTestSystem({ ...inject('engines'), mysqlShards: `32-63=${secondDatabase.url}` }, 'one-process')
  })
  afterAll(async () => {
    await system?.stop()
    await secondDatabase?.drop()
    await second?.stop()
  })

  it('while one of two MySQL servers stands still', async () => {
    const { pid } = second
    if (pid === undefined) throw new Error('it runs in a container: no process to stop')
    const go = () => process.kill(pid, 'SIGCONT')
    try {
      await measure(
        'One of two MySQL servers stands still (SIGSTOP)',
        ON_SECOND,
        () => process.kill(pid, 'SIGSTOP'),
        go,
      )
    } finally {
      go()
    }
  })

  it('while one table is locked', async () => {
    const lock = () => system.rows(`LOCK TABLES orders_0${LOCKED} WRITE`)
    const unlock = () => system.rows('UNLOCK TABLES')
    try {
      await measure('One table of 64 is locked (LOCK TABLES … WRITE)', [LOCKED], lock, unlock)
    } finally {
      await unlock()
    }
  })
})
