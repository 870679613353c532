// The pool on a real server: what it does with statements that nobody waits for any longer, and with servers that stall.

import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { asShard } from '../../contracts/shard.ts'
import { oneServer } from '../../contracts/shard-map.ts'
import { type FaultProxy, throughProxy } from '../fault-proxy.setup.ts'
import { contextFor } from '../telemetry/call-context.ts'
import { Metrics } from '../telemetry/metrics.ts'
import { testDatabase } from '../test-system.setup.ts'
import type { MysqlLane } from './mysql-lane.ts'
import { MysqlPool } from './mysql-pool.ts'

const POOL_SIZE = 4
const STATEMENT_LIMIT_MS = 30_000
/** Longer than any test waits for it. */
const SLEEP = 'DO SLEEP(60)'
const INSERT = 'INSERT INTO notes (note) VALUES (?)'

let database: Awaited<ReturnType<typeof testDatabase>>
let proxy: FaultProxy
let pool: MysqlPool
let lane: MysqlLane
let other: MysqlLane

const within = (ms: number) => contextFor('test', ms)
const insert = (note: string) => ({ sql: INSERT, values: [note] })
const sleep = { sql: SLEEP, values: [] }
const notes = async () => (await database.rows<{ note: string }>('SELECT note FROM notes')).map(({ note }) => note)
const sleeping = async () => {
  const sql = "SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND info LIKE '%SLEEP(60)%'"
  return (await database.rows(`${sql} AND id <> CONNECTION_ID()`)).length
}

beforeAll(async () => {
  database = await testDatabase(inject('engines').mysql.url)
  await database.rows('CREATE TABLE notes (id INT AUTO_INCREMENT PRIMARY KEY, note VARCHAR(50) NOT NULL)')
})
beforeEach(async () => {
  const through = await throughProxy(database.url)
  proxy = through.proxy
  const map = oneServer({ url: through.url })
  pool = new MysqlPool({ map, poolSize: POOL_SIZE, statementLimitMs: STATEMENT_LIMIT_MS }, new Metrics())
  lane = pool.shard(asShard(1))
  other = pool.shard(asShard(2))
})
afterEach(async () => {
  proxy.mode = 'normal'
  await pool.close()
  await proxy.close()
  await database.rows('DELETE FROM notes')
})
afterAll(() => database?.drop())

describe('a statement that nobody waits for any longer', () => {
  // Else its time may be used up by the connection that it needs.
  beforeEach(() => lane.rows('SELECT 1', [], within(5_000)))

  it('is ended on the server, and what it wrote is undone', async () => {
    const late = lane.commitAll([insert('abandoned'), sleep], within(300))
    await expect(late).rejects.toMatchObject({ code: 'outcome-unknown' })
    await expect.poll(sleeping, { timeout: 10_000 }).toBe(0)
    await expect
      .poll(() =>
        lane.commitAll([insert('after it')], within(5_000)).then(
          () => true,
          () => false,
        ),
      )
      .toBe(true)
    expect(await notes()).toEqual(['after it'])
  })

  it('keeps its slot until the server has ended it: never more work there than the pool has connections', async () => {
    // The share of one shard of four connections is one.
    await expect(lane.rows(SLEEP, [], within(300))).rejects.toMatchObject({ code: 'deadline-exceeded' })
    const counts: number[] = []
    for (let round = 0; round < 5; round++) {
      await lane.rows(SLEEP, [], within(100)).catch(() => {})
      counts.push(await sleeping())
    }
    expect(Math.max(...counts)).toBeLessThanOrEqual(1)
    await expect.poll(sleeping, { timeout: 10_000 }).toBe(0)
  })

  it('inside a transaction is undone, and told as not stored', async () => {
    const late = lane.transaction(within(300), async (session) => {
      await session.execute(INSERT, ['undone'])
      await session.execute(SLEEP, [])
    })
    await expect(late).rejects.toMatchObject({ code: 'deadline-exceeded' })
    await expect.poll(sleeping, { timeout: 10_000 }).toBe(0)
    expect(await notes()).toEqual([])
  })

  it('is ended once the server can be reached again, and refused at once until then', async () => {
    const late = lane.commitAll([insert('black hole'), sleep], within(3_000))
    await expect.poll(sleeping, { timeout: 2_500, interval: 20 }).toBe(1)
    proxy.mode = 'stalled'
    await expect(late).rejects.toMatchObject({ code: 'outcome-unknown' })
    await expect(lane.rows('SELECT 1', [], within(60_000))).rejects.toMatchObject({ code: 'unavailable' })
    proxy.mode = 'normal'
    await expect.poll(sleeping, { timeout: 20_000 }).toBe(0)
    await expect
      .poll(() => lane.rows("SELECT 'one' AS one", [], within(5_000)).catch(() => null), { timeout: 20_000 })
      .toEqual([{ one: 'one' }])
    expect(await notes()).toEqual([])
  })
})

describe('one shard that is held up', () => {
  it('takes its share of the connections: the others, the leases and the relay go on', async () => {
    const held = Array.from({ length: 8 }, () => lane.rows(SLEEP, [], within(4_000)).catch(() => {}))
    await expect.poll(sleeping, { timeout: 3_000, interval: 20 }).toBe(1)
    for (const free of [other, pool.home, pool.leases[0]!.lane, pool.relay[0]!.lane, pool.search[0]!.lane]) {
      expect(await free.rows("SELECT 'one' AS one", [], within(3_000))).toEqual([{ one: 'one' }])
    }
    await Promise.all(held)
  })

  it('waits a second for a table that somebody else has locked, and what it wanted is not stored', async () => {
    await database.rows('LOCK TABLES notes WRITE')
    try {
      await expect(lane.commitAll([insert('locked out')], within(20_000))).rejects.toMatchObject({
        code: 'unavailable',
      })
    } finally {
      await database.rows('UNLOCK TABLES')
    }
    expect(await notes()).toEqual([])
  })
})

describe('a server that does not answer as it should', () => {
  it('stalls at the first statements of a connection: the request ends in time, and the next finds another', async () => {
    proxy.stallsAt = 'lock_wait_timeout'
    await expect(lane.rows('SELECT 1', [], within(500))).rejects.toMatchObject({ code: 'deadline-exceeded' })
    proxy.stallsAt = undefined
    expect(await lane.rows("SELECT 'one' AS one", [], within(10_000))).toEqual([{ one: 'one' }])
  })

  it('is no longer the primary: what was written is refused as not stored, on a new connection it is taken', async () => {
    await lane.rows('SET SESSION TRANSACTION READ ONLY', [], within(5_000))
    await expect(lane.commitAll([insert('demoted')], within(5_000))).rejects.toMatchObject({ code: 'unavailable' })
    await lane.commitAll([insert('promoted')], within(5_000))
    expect(await notes()).toEqual(['promoted'])
  })

  it('closes a connection that is idle: the next request does not meet it', async () => {
    await lane.rows('SELECT 1', [], within(5_000))
    proxy.mode = 'down'
    proxy.mode = 'normal'
    await pause(100)
    expect(await lane.rows("SELECT 'one' AS one", [], within(5_000))).toEqual([{ one: 'one' }])
  })
})

it('tells a mistake of ours as one', async () => {
  const wrong = lane.rows('SELECT nothing FROM notes', [], within(5_000))
  await expect(wrong).rejects.toMatchObject({ errno: 1054 })
  await expect(wrong).rejects.not.toHaveProperty('sql', expect.anything())
})
