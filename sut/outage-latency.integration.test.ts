// What an outage of a part costs the users of the rest: one of two MySQL servers stands still, or one table is locked.
// Judged as far as the interval of the ratio goes, which means something on an idle machine only.
//
//   HEADROOM_OUTAGE=1 npm test -- --lane local sut/outage-latency.integration.test.ts

import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { latencyOf } from '../measurements/percentiles.ts'
import { judgeRatio, type LatencyRatio, latencyRatio } from './latency-ratio.setup.ts'
import { type SecondMysql, startSecondMysql } from './second-mysql.setup.ts'
import { type Answer, startTestSystem, type TestSystem, testDatabase } from './test-system.setup.ts'

const BODY = { channel: 'app', region: 1, paymentMethod: 'card', items: [{ productId: 1, quantity: 1 }] }
const ON_HOME = Array.from({ length: 32 }, (_, shard) => shard)
const ON_SECOND = ON_HOME.map((shard) => shard + 32)
const LOCKED = 7
const PER_SECOND = 80
const WARM_UP_SECONDS = 10
/** Of two pairs each. */
const ROUNDS = 6
const BLOCK_SECONDS = 5
/** After an outage, before its end is forgotten. */
const SETTLE_SECONDS = 2
const WANTED_RATIO = 1.1
/** Of one outage; on an idle machine it takes less than three minutes. */
const TEST_LIMIT_MS = 600_000

interface Sent {
  readonly isHit: boolean
  readonly latencyMs: number
  readonly answer: Answer
}

/** In an object, so that whoever offers the next block does not wait for those that hang. */
interface Offered {
  readonly answers: Promise<readonly Sent[]>
}

let second: SecondMysql
let secondDatabase: Awaited<ReturnType<typeof testDatabase>>
let system: TestSystem
let rank = 0

/** Half of the requests, whatever becomes of them, are of users of `hit`, half of all others; lists and checkouts. */
async function offer(seconds: number, hit: readonly number[]): Promise<Offered> {
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
  return { answers: Promise.all(sending) }
}

/** Resolves to how long it took. */
async function untilServed(hit: readonly number[]): Promise<number> {
  const startedAtMs = performance.now()
  const placed = async () => {
    const user = 64 * rank++ + (hit[0] ?? 0)
    return (await system.call({ method: 'POST', path: '/v1/app/orders', user, key: randomUUID(), body: BODY })).status
  }
  await expect.poll(placed, { timeout: 30_000, interval: 100 }).toBe(201)
  return performance.now() - startedAtMs
}

function othersOf(sent: readonly Sent[]): readonly Sent[] {
  return sent.filter(({ isHit }) => !isHit)
}

function refusedOf(sent: readonly Sent[]): readonly Sent[] {
  return sent.filter(({ answer }) => answer.status >= 400)
}

/** Of everybody else. */
function p95Of(block: readonly Sent[]): number {
  const { samples, p95Ms } = latencyOf(othersOf(block).map(({ latencyMs }) => latencyMs))
  if (p95Ms === null) throw new RangeError(`${samples} requests have no 95th percentile`)
  return p95Ms
}

function blocksText(name: string, blocks: readonly (readonly Sent[])[]): string {
  const sent = blocks.flat()
  const hit = sent.filter(({ isHit }) => isHit)
  const p95s = blocks.map(p95Of)
  const range = `${Math.min(...p95s).toFixed(1)} to ${Math.max(...p95s).toFixed(1)} ms`
  const counts = (of: readonly Sent[]) => `${of.length} sent, ${refusedOf(of).length} refused`
  const others = `others: ${counts(othersOf(sent))}, p95 of ${blocks.length} blocks ${range}`
  return `  ${name.padEnd(8)} ${others};  its own: ${counts(hit)}`
}

function ratioText(ratio: LatencyRatio): string {
  const { ratios, median, low, high, coverage } = ratio
  const interval = `${low.toFixed(2)} to ${high.toFixed(2)} with ${(100 * coverage).toFixed(0)} %`
  const words = { kept: 'kept', exceeded: 'not kept', undecided: 'undecided, as the interval holds it' }
  return [
    `  p95 of the others × ${median.toFixed(2)} (median of ${ratios.length} pairs, ${interval})`,
    `  at most ${WANTED_RATIO} is wanted: ${words[judgeRatio(ratio, WANTED_RATIO)]}`,
    `  pairs: ${ratios.map((one) => one.toFixed(2)).join(' ')}`,
  ].join('\n')
}

/** Undecided is no failure: a machine that is not quiet enough says nothing about the system. */
async function measure(title: string, hit: readonly number[], begin: () => unknown, end: () => unknown): Promise<void> {
  await (await offer(WARM_UP_SECONDS, hit)).answers
  const offered: (readonly [before: Offered, early: Offered, late: Offered, after: Offered])[] = []
  const settling: Offered[] = []
  const backAfterMs: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const before = await offer(BLOCK_SECONDS, hit)
    await begin()
    const early = await offer(BLOCK_SECONDS, hit)
    const late = await offer(BLOCK_SECONDS, hit)
    await end()
    backAfterMs.push(await untilServed(hit))
    settling.push(await offer(SETTLE_SECONDS, hit))
    offered.push([before, early, late, await offer(BLOCK_SECONDS, hit)])
  }
  const rounds = await Promise.all(
    offered.map(
      async ([before, early, late, after]) =>
        [await before.answers, await early.answers, await late.answers, await after.answers] as const,
    ),
  )
  const settled = (await Promise.all(settling.map(({ answers }) => answers))).flat()
  const without = rounds.flatMap(([before, , , after]) => [before, after])
  const during = rounds.flatMap(([, early, late]) => [early, late])
  const ratio = latencyRatio(
    rounds.map(([before, early, late, after]) => [p95Of(before), p95Of(early), p95Of(late), p95Of(after)]),
  )
  const back = `  served again after ${(Math.max(...backAfterMs) / 1000).toFixed(1)} s at most`
  const lines = [title, blocksText('without', without), blocksText('during', during), ratioText(ratio), back]
  process.stdout.write(`${lines.join('\n')}\n`)
  expect(refusedOf(othersOf([...without.flat(), ...during.flat(), ...settled]))).toEqual([])
  expect(during.flat().some(({ isHit, answer }) => isHit && answer.status >= 500)).toBe(true)
  expect(judgeRatio(ratio, WANTED_RATIO), ratioText(ratio)).not.toBe('exceeded')
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

  it('while one of two MySQL servers stands still', { timeout: TEST_LIMIT_MS }, async () => {
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

  it('while one table is locked', { timeout: TEST_LIMIT_MS }, async () => {
    const lock = () => system.rows(`LOCK TABLES orders_0${LOCKED} WRITE`)
    const unlock = () => system.rows('UNLOCK TABLES')
    try {
      await measure('One table of 64 is locked (LOCK TABLES … WRITE)', [LOCKED], lock, unlock)
    } finally {
      await unlock()
    }
  })
})
