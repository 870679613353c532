// What k6 signs and seals is what the app's interface opens: both ends, each with its own platform's hashes.

import { mkdtemp, readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { afterEach, expect, inject, it } from 'vitest'
import { composeOrderId } from '../contracts/order-id.ts'
import type { AppDemands } from '../contracts/request-protection.ts'
import { shardOf } from '../contracts/shard.ts'
import { datasetFixture } from '../measurements/fixtures/dataset.ts'
import { readJournal } from '../measurements/journal.ts'
import { startK6 } from '../measurements/k6.ts'
import type { CheckoutCall } from '../sut/aggregation/order-flows.ts'
import { ClientKeys } from '../sut/interface/client-keys.ts'
import { registerIdentityRoute } from '../sut/interface/identity-route.ts'
import { type Calls, frontEndOver, recordingFlows, SECRET } from '../sut/interface/recording-flows.fixture.ts'
import { CLIENT_SECRET } from '../sut/interface/signing-client.fixture.ts'

let app: FastifyInstance | undefined
afterEach(() => app?.close())

/** Places nothing, and answers as if it had. */
function serve(demands: Exclude<AppDemands, 'off'>, calls: Calls): FastifyInstance {
  const used = new Set<string>()
  const flows = recordingFlows(calls, { list: { orders: [], nextBefore: null } })
  const placing = {
    ...flows,
    checkout: async (call: CheckoutCall) => {
      calls.push({ operation: 'checkout', request: call })
      const place = { timestampMs: Date.now(), shard: shardOf(call.userId), worker: 1, sequence: calls.length % 4_096 }
      const answer = { status: 'placed', amountCents: 1, paymentStatus: 'pending', createdAtMs: 1 } as const
      return { orderId: composeOrderId(place), ...answer }
    },
  }
  const front = frontEndOver(placing, {
    maxInFlight: 1_000,
    userRatePerSecond: 1_000_000,
    protection: (metrics) => ({
      demands,
      metrics,
      keys: new ClientKeys([CLIENT_SECRET]),
      nonces: {
        take: async (nonce) => {
          if (used.has(nonce)) return 'used'
          used.add(nonce)
          return 'new'
        },
      },
    }),
  })
  const identity = { version: '0.1.0', topology: 'one-process', requestDeadlineMs: 1_000 } as const
  registerIdentityRoute(front, { dataset: async () => datasetFixture() }, identity)
  return front
}

async function load(front: FastifyInstance, settings: Readonly<Record<string, string>>) {
  await front.listen({ host: '127.0.0.1', port: 0 })
  const { port } = front.server.address() as AddressInfo
  const folder = await mkdtemp(join(tmpdir(), 'headroom-sealed-'))
  const at = (file: string) => join(folder, file)
  const { log } = await startK6({
    program: inject('engines').k6.path,
    script: 'checkout',
    settings: {
      BASE_URL: `http://127.0.0.1:${port}`,
      JWT_SECRET: SECRET,
      RATE: '50',
      DURATION: '2s',
      RUN_ID: 'sealed-load',
      SUMMARY: at('summary.json'),
      ...settings,
    },
    journalPath: at('journal.tsv'),
    logPath: at('k6.log'),
    timeoutSeconds: 50,
  }).exited
  const summary = await readFile(at('summary.json'), 'utf8').then(JSON.parse, () => null)
  const entries = await readJournal(at('journal.tsv')).then(
    (journal) => journal.entries,
    () => [],
  )
  return { log, summary, outcomes: new Set(entries.map(({ outcome }) => outcome)), count: entries.length }
}

it.each([
  ['signed', 'signed'],
  ['sealed', 'sealed'],
  ['offered', 'plain'],
] as const)('a front-end that wants requests %s takes those that k6 keeps %s', async (demands, protection) => {
  const calls: Calls = []
  app = serve(demands, calls)
  const { log, summary, outcomes, count } = await load(app, { PROTECTION: protection, CLIENT_SECRET })
  expect(log).toBe('')
  expect(outcomes).toEqual(new Set(['ok']))
  expect(count).toBeGreaterThan(50)
  expect(calls.filter(({ operation }) => operation === 'checkout')).toHaveLength(count)
  const cost = summary.metrics.request_protection?.values
  if (protection === 'plain') expect(cost).toBeUndefined()
  // The probe signs a request too.
  else expect(cost.count).toBeGreaterThanOrEqual(count)
})

it('does not begin where requests must be signed and are not, and says so', async () => {
  app = serve('signed', [])
  const { log, count } = await load(app, {})
  expect(count).toBe(0)
  expect(log).toContain('signature-required')
})
