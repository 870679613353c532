// Leases on a real server: two who reach for one worker at the same time, and one whose lease ran out.

import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { oneServer, type ShardMap } from '../../../contracts/shard-map.ts'
import { MysqlPool } from '../../storage/mysql-pool.ts'
import { migrate } from '../../storage/schema.ts'
import { contextFor } from '../../telemetry/call-context.ts'
import { Metrics } from '../../telemetry/metrics.ts'
import { testDatabase } from '../../test-system.setup.ts'
import type { WorkerLeases } from './order-id-source.ts'
import { workerLeasesIn } from './worker-leases.ts'

let database: Awaited<ReturnType<typeof testDatabase>>
let map: ShardMap
let pool: MysqlPool
let leases: WorkerLeases
const context = () => contextFor('test', 10_000)

beforeAll(async () => {
  database = await testDatabase(inject('engines').mysql.url)
  map = oneServer({ url: database.url })
  pool = new MysqlPool({ map, poolSize: 8, statementLimitMs: 30_000 }, new Metrics())
  await migrate(map)
  leases = workerLeasesIn(pool.leases[0]!.lane)
})
afterAll(async () => {
  await pool?.close()
  await database?.drop()
})

it('gives one worker to one of many', async () => {
  const [seen] = await leases.free(context())
  const takers = Array.from({ length: 8 }, () => ({
    workerId: seen!.workerId,
    owner: randomUUID(),
    ttlMs: 60_000,
    highWaterMs: 1_000,
  }))
  const taken = await Promise.all(takers.map((lease) => leases.take(seen!, lease, context())))
  expect(taken.filter(Boolean)).toHaveLength(1)
  expect(await leases.free(context())).toHaveLength(62)
})

it('lets a lease run out, keeps its mark for the next owner, and tells the old one', async () => {
  const [seen] = await leases.free(context())
  const lease = { workerId: seen!.workerId, owner: randomUUID(), ttlMs: 300, highWaterMs: 5_000 }
  expect(await leases.take(seen!, lease, context())).toBe(true)
  expect(await leases.renew({ ...lease, highWaterMs: 9_000 }, context())).toBe(true)
  expect(await leases.renew({ ...lease, highWaterMs: 7_000 }, context())).toBe(true)
  await sleep(400)
  const free = (await leases.free(context())).find(({ workerId }) => workerId === lease.workerId)
  expect(free).toMatchObject({ owner: lease.owner, highWaterMs: 9_000 })
  const next = { ...lease, owner: randomUUID(), ttlMs: 60_000, highWaterMs: 9_500 }
  expect(await leases.take(free!, next, context())).toBe(true)
  expect(await leases.renew(lease, context())).toBe(false)
  await leases.release(lease, 0, context())
  expect((await leases.free(context())).some(({ workerId }) => workerId === lease.workerId)).toBe(false)
})
