// A process whose new server is gone, in the phase that does not need it: it starts, and every order is stored and marked.

import { randomUUID } from 'node:crypto'
import { expect, inject, it } from 'vitest'
import { legacyNumberOf } from '../contracts/legacy-number.ts'
import { type OrderId, parseOrderId } from '../contracts/order-id.ts'
import { oneServer } from '../contracts/shard-map.ts'
import { NO_MIGRATION } from '../contracts/switches.ts'
import { OrderPlacement } from './domain/order/place-order.ts'
import { Parts } from './part.ts'
import { MysqlPool } from './storage/mysql-pool.ts'
import { openTestStore, within } from './storage/two-stores.setup.ts'
import { openSwitchedStores } from './switched-orders.ts'
import { createLogger } from './telemetry/logger.ts'
import { Metrics } from './telemetry/metrics.ts'

it('needs the store that decides, and no other', async () => {
  const legacy = await openTestStore('legacy', inject('engines'))
  await legacy.openFor(3)
  const metrics = new Metrics()
  const parts = new Parts()
  const options = { poolSize: 4, statementLimitMs: 5_000 }
  // Nobody listens there.
  const gone = new MysqlPool({ ...options, map: oneServer({ url: 'mysql://nobody:none@127.0.0.1:9/none' }) }, metrics)
  const switches = { ...NO_MIGRATION, epoch: 3, phase: 'phase1', mirror: 'inline', isFinal: false } as const
  const stores = openSwitchedStores({
    pools: { legacy: legacy.pool, sharded: gone },
    board: { now: () => switches, reopened: () => Promise.reject(new Error('no flip here')) },
    metrics,
    logger: createLogger('test', 'silent'),
    parts,
  })
  const placement = new OrderPlacement(stores)
  const place = (userId: number) =>
    placement.place(
      {
        userId,
        idempotencyKey: randomUUID(),
        requestHash: 'ab'.repeat(32),
        channel: 'web',
        region: 2,
        paymentMethod: 'wallet',
        items: [{ lineNo: 1, productId: 3, quantity: 1, unitPriceCents: 500 }],
      },
      within(),
    )
  const placed = await Promise.all(Array.from({ length: 20 }, (_, at) => place(100 + at)))
  for (const { orderId } of placed) {
    expect(legacyNumberOf(orderId as OrderId)).not.toBeNull()
    // Of the workers that the monolith's database leases.
    expect(parseOrderId(orderId).worker).toBeGreaterThanOrEqual(32)
  }
  expect((await legacy.store.backlog(within())).gaps).toBe(20)
  expect(await metrics.registry.metrics()).toMatch(
    /headroom_call_seconds_count\{layer="legacy-store",operation="place",outcome="ok"\} 20/,
  )
  await parts.stop()
  await gone.close()
  await legacy.close()
})
