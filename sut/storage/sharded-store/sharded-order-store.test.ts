import { expect, it } from 'vitest'
import { legacyNumberOf } from '../../../contracts/legacy-number.ts'
import { composeOrderId, type OrderId } from '../../../contracts/order-id.ts'
import { ALL_SHARDS, type Shard, shardOf } from '../../../contracts/shard.ts'
import { contextFor } from '../../telemetry/call-context.ts'
import type { MysqlPool } from '../mysql-pool.ts'
import { shardedOrderStore } from './sharded-order-store.ts'

const USER = 64 + 40
const ORDER_ID = idIn(shardOf(USER))

function idIn(shard: Shard): OrderId {
  return composeOrderId({ timestampMs: Date.UTC(2026, 10, 1), shard, worker: 40, sequence: 0 })
}

/** Whose statements name the shard that was asked; of all servers at once nobody is asked. */
function scene() {
  const asked: (Shard | 'all')[] = []
  const lane = (of: Shard | 'all') => ({
    rows: async () => {
      asked.push(of)
      return [{ order_id: ORDER_ID }]
    },
  })
  const pool = { shard: (shard: Shard) => lane(shard), search: [{ lane: lane('all'), shards: ALL_SHARDS }] }
  return { asked, store: shardedOrderStore(pool as unknown as MysqlPool) }
}

const context = () => contextFor('test', 1_000)

it('looks an old number up where its user’s orders lie, and nowhere else', async () => {
  const { asked, store } = scene()
  expect(await store.numbered({ userId: USER, legacyNo: 4_711 }, context())).toBe(ORDER_ID)
  expect(asked).toEqual([shardOf(USER)])
})

it('asks nobody for a number that says itself that it is of another shard', async () => {
  const { asked, store } = scene()
  const legacyNo = legacyNumberOf(idIn(shardOf(USER + 1)))!
  expect(await store.numbered({ userId: USER, legacyNo }, context())).toBeNull()
  expect(asked).toEqual([])
})
