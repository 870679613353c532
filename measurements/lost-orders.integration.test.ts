// Orders that were acknowledged and never stored are found out however a load ends: by Ctrl-C, with an engine that is lost,
// with a database that was away for a while.

import type { Connection } from 'mysql2/promise'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it, vi } from 'vitest'
import type { Measurements } from '../contracts/measurement.ts'
import { ALL_SHARDS } from '../contracts/shard.ts'
import { createTableSql } from '../contracts/tables.ts'
import { type Gate, gateTo } from './fixtures/gate.ts'
import { onDisk, testLoad } from './fixtures/load.setup.ts'
import { type Answering, type OrderServer, startOrderServer } from './fixtures/order-server.ts'
import type { LoadRequest } from './load-request.ts'
import { connectMysql } from './mysql-counters.ts'
import { verdictOf } from './verdict.ts'

const SCHEMA = `headroom_lost_${process.pid}`
let admin: Connection
let gate: Gate
let server: OrderServer | undefined

beforeAll(async () => {
  const { mysql } = inject('engines')
  admin = await connectMysql(mysql)
  await admin.query(`CREATE DATABASE ${SCHEMA}`)
  await admin.query(`USE ${SCHEMA}`)
  for (const shard of ALL_SHARDS) {
    for (const family of ['orders', 'payments'] as const) {
      await admin.query(createTableSql(family, shard, { secondaryIndexes: false }))
    }
  }
  gate = await gateTo(mysql.url)
})

afterEach(async () => {
  await server?.close()
  // Its orders are not those of the next.
  server = undefined
})

afterAll(async () => {
  await gate.close()
  await admin.query(`DROP DATABASE IF EXISTS ${SCHEMA}`)
  admin.destroy()
})

/** The server acknowledges, and stores nothing. */
async function checkouts(answering: Answering, request: Partial<LoadRequest>) {
  const engines = inject('engines')
  const url = new URL(`/${SCHEMA}`, gate.url)
  server = await startOrderServer(answering)
  return await testLoad(server, {
    loads: ['checkout'],
    durationSeconds: 40,
    budgetSeconds: 120,
    engines: { ...engines, mysql: { ...engines.mysql, url: url.href, socketPath: undefined } },
    ...request,
  })
}

/** The idle look is over, and orders are placed. Rejects when the load ended before. */
async function withOrders(running: Promise<unknown>, act: () => unknown): Promise<void> {
  const hasEnded = running.then(() => {
    throw new Error('the load ended before it had placed orders')
  })
  const hasOrders = vi.waitUntil(() => (server?.placed.size ?? 0) > 300, { timeout: 120_000, interval: 100 })
  await Promise.race([hasOrders, hasEnded])
  await act()
}

function expectLost(measurements: Measurements): void {
  const { acknowledged } = measurements
  expect(acknowledged?.missing).toBeGreaterThan(50)
  expect(acknowledged?.missing).toBe(acknowledged?.acknowledged)
  expect(verdictOf(measurements)).toBe('FAIL')
}

const codesOf = ({ invalid }: Measurements) => invalid.map(({ code }) => code)

describe('orders that are lost', () => {
  it('are found after Ctrl-C', async () => {
    const interrupt = new AbortController()
    const running = checkouts({}, { signal: interrupt.signal })
    await withOrders(running, () => interrupt.abort())
    const { measurements, runDir } = await running
    expect(codesOf(measurements)).toEqual(['interrupted'])
    expectLost(measurements)
    expect(await onDisk(runDir)).toEqual(measurements)
  })

  it('are found when an engine was lost', async () => {
    let elasticsearch = 'ok'
    const running = checkouts({ health: () => ({ mysql: 'ok', elasticsearch }) }, {})
    await withOrders(running, () => (elasticsearch = 'down'))
    const { measurements } = await running
    expect(new Set(codesOf(measurements))).toEqual(new Set(['engine-lost']))
    expectLost(measurements)
  })

  it('are found when their database was away, and is back', async () => {
    const running = checkouts(
      {},
      { say: (line) => void (/^mysql.*the load ends here/.test(line) && setTimeout(() => void gate.open(), 5000)) },
    )
    await withOrders(running, () => gate.close())
    const { measurements } = await running
    expect(codesOf(measurements)).toContain('engine-lost')
    expectLost(measurements)
  })

  it('are said to be unknown when it stays away', async () => {
    const running = checkouts({}, {})
    await withOrders(running, () => gate.close())
    const { measurements } = await running
    await gate.open()
    expect(measurements.acknowledged).toBeNull()
    expect(measurements.invalid.at(-1)).toMatchObject({
      code: 'data-incomplete',
      evidence: expect.stringMatching(/^[0-9]+ acknowledgements of orders could not be looked up: /),
    })
    expect(verdictOf(measurements)).toBe('INVALID')
  })
})
