import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { parseOrderId } from '../../../contracts/order-id.ts'
import { asShard } from '../../../contracts/shard.ts'
import { contextFor } from '../../telemetry/call-context.ts'
import { createLogger } from '../../telemetry/logger.ts'
import { Metrics } from '../../telemetry/metrics.ts'
import { OrderIdMetrics, OrderIdSource, type WorkerLease, type WorkerLeases } from './order-id-source.ts'

const T0 = Date.UTC(2026, 10, 22)
const SHARD = asShard(0)

interface Row {
  owner: string
  leasedUntilMs: number
  highWaterMs: number
}

/** The table's rules in memory; its own clock is the database's. */
class MemoryLeases implements WorkerLeases {
  readonly rows = new Map<number, Row>()
  nowMs = T0
  out = false

  constructor(workers: number) {
    for (let worker = 1; worker <= workers; worker++) {
      this.rows.set(worker, { owner: '', leasedUntilMs: 0, highWaterMs: 0 })
    }
  }

  async free() {
    if (this.out) throw new Error('no database')
    return [...this.rows]
      .filter(([, row]) => row.leasedUntilMs < this.nowMs)
      .sort(([, a], [, b]) => a.highWaterMs - b.highWaterMs)
      .map(([workerId, { owner, highWaterMs }]) => ({ workerId, owner, highWaterMs }))
  }

  async take(seen: { readonly workerId: number; readonly owner: string }, lease: WorkerLease) {
    const row = this.rows.get(seen.workerId)!
    if (row.owner !== seen.owner || row.leasedUntilMs >= this.nowMs) return false
    return this.#write(row, lease)
  }

  async renew(lease: WorkerLease) {
    if (this.out) throw new Error('no database')
    const row = this.rows.get(lease.workerId)!
    return row.owner === lease.owner && this.#write(row, lease)
  }

  async release({ workerId, owner }: WorkerLease, lastIssuedMs: number) {
    const row = this.rows.get(workerId)!
    if (row.owner === owner) Object.assign(row, { leasedUntilMs: 0, highWaterMs: lastIssuedMs })
  }

  #write(row: Row, lease: WorkerLease): boolean {
    row.owner = lease.owner
    row.leasedUntilMs = this.nowMs + lease.ttlMs
    row.highWaterMs = Math.max(row.highWaterMs, lease.highWaterMs)
    return true
  }
}

const clock = { wall: T0, monotonic: 0, wallMs: () => clock.wall, monotonicMs: () => clock.monotonic }
const sources: OrderIdSource[] = []

/** Time passes for everybody alike. */
function pass(leases: MemoryLeases, ms: number): void {
  clock.wall += ms
  clock.monotonic += ms
  leases.nowMs += ms
}

async function sourceOn(leases: WorkerLeases): Promise<OrderIdSource> {
  const source = new OrderIdSource(leases, new OrderIdMetrics(new Metrics()), createLogger('test', 'silent'), clock)
  sources.push(source)
  await source.start()
  return source
}

async function partsOf(source: OrderIdSource) {
  const { orderId } = await source.next(SHARD, contextFor('test', 5_000))
  return { ...parseOrderId(orderId), id: BigInt(orderId) }
}

beforeEach(() => {
  Object.assign(clock, { wall: T0, monotonic: 0 })
})
afterEach(async () => {
  await Promise.all(sources.splice(0).map((source) => source.stop().catch(() => {})))
})

describe('order id source', () => {
  it('gives two services two workers', async () => {
    const leases = new MemoryLeases(63)
    const [a, b] = [await sourceOn(leases), await sourceOn(leases)]
    expect((await partsOf(a)).worker).not.toBe((await partsOf(b)).worker)
  })

  it('refuses to start when every worker is leased', async () => {
    const leases = new MemoryLeases(1)
    await sourceOn(leases)
    await expect(sourceOn(leases)).rejects.toMatchObject({ code: 'unavailable' })
  })

  it('stops issuing ids before its lease runs out for others', async () => {
    const leases = new MemoryLeases(1)
    const source = await sourceOn(leases)
    leases.out = true
    pass(leases, 14_000)
    expect(leases.rows.get(1)!.leasedUntilMs).toBeGreaterThan(leases.nowMs)
    await expect(partsOf(source)).rejects.toThrow('no database')
  })

  it('takes another worker when its own was given to somebody else', async () => {
    const leases = new MemoryLeases(2)
    const source = await sourceOn(leases)
    const { worker } = await partsOf(source)
    pass(leases, 60_000)
    Object.assign(leases.rows.get(worker)!, { owner: 'somebody', leasedUntilMs: leases.nowMs + 60_000 })
    expect((await partsOf(source)).worker).toBe(3 - worker)
  })

  it('refuses when the clock goes back 5 s, then goes on with another worker', async () => {
    const source = await sourceOn(new MemoryLeases(63))
    const before = await partsOf(source)
    clock.wall -= 5_000
    await expect(partsOf(source)).rejects.toMatchObject({ code: 'clock-went-back', retryAfterSeconds: 1 })
    const after = await vi.waitFor(() => partsOf(source))
    expect(after.worker).not.toBe(before.worker)
  })

  it('survives an hour ahead and back without a repeat', async () => {
    const leases = new MemoryLeases(63)
    const source = await sourceOn(leases)
    const ids = new Set<bigint>([(await partsOf(source)).id])
    clock.wall += 3_600_000
    ids.add((await partsOf(source)).id)
    clock.wall -= 3_600_000
    await expect(partsOf(source)).rejects.toMatchObject({ code: 'clock-went-back' })
    ids.add((await vi.waitFor(() => partsOf(source))).id)
    expect(ids.size).toBe(3)
  })

  it('persists the mark before it is passed, so that a restart with the clock 5 s back repeats nothing', async () => {
    const leases = new MemoryLeases(1)
    const crashed = await sourceOn(leases)
    const before = await partsOf(crashed)
    expect(leases.rows.get(1)!.highWaterMs).toBeGreaterThanOrEqual(before.timestampMs)
    // Not stopped: its lease runs out, and the only worker comes back with a clock that is behind.
    leases.nowMs += 20_000
    clock.wall -= 5_000
    const restarted = await sourceOn(leases)
    await expect(partsOf(restarted)).rejects.toMatchObject({ code: 'clock-went-back' })
    clock.wall += 20_000
    expect((await vi.waitFor(() => partsOf(restarted))).id).toBeGreaterThan(before.id)
  })

  it('gives its worker back at once when stopped, with the mark it really reached', async () => {
    const leases = new MemoryLeases(1)
    const source = await sourceOn(leases)
    const { timestampMs } = await partsOf(source)
    await source.stop()
    expect(leases.rows.get(1)).toMatchObject({ leasedUntilMs: 0, highWaterMs: timestampMs })
  })

  it('gives it back also while a renewal does not end', { timeout: 30_000 }, async () => {
    const leases = new MemoryLeases(1)
    const source = await sourceOn(leases)
    vi.spyOn(leases, 'renew').mockReturnValue(new Promise(() => {}))
    pass(leases, 14_000)
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    try {
      void source.next(SHARD, contextFor('test', 5_000))
      const stopped = source.stop()
      await vi.advanceTimersByTimeAsync(4_000)
      await stopped
    } finally {
      vi.useRealTimers()
    }
    expect(leases.rows.get(1)).toMatchObject({ leasedUntilMs: 0 })
  })

  it('leases no other worker for a call that comes after it was stopped', async () => {
    const leases = new MemoryLeases(2)
    const source = await sourceOn(leases)
    await source.stop()
    await expect(partsOf(source)).rejects.toMatchObject({ code: 'unavailable' })
    expect([...leases.rows.values()].map(({ leasedUntilMs }) => leasedUntilMs)).toEqual([0, 0])
  })
})
