// Slices on a real Elasticsearch: closed, open again, and not there yet.

import { Client } from '@elastic/elasticsearch'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { composeOrderId, type OrderId, SEEDER_WORKER } from '../../contracts/order-id.ts'
import { ORDER_INDEX, sliceOfOrder } from '../../contracts/search-index.ts'
import { asShard } from '../../contracts/shard.ts'
import { contextFor } from '../telemetry/call-context.ts'
import { removeOrderIndex } from '../test-system.setup.ts'
import type { OutboxEvent } from './outbox-tables.ts'
import { SearchIndex } from './search-index.ts'

const SHARD = asShard(3)
const DAY_MS = 86_400_000
const SEPTEMBER_MS = Date.UTC(2031, 8, 20)
const OCTOBER_MS = Date.UTC(2031, 9, 10)
const [SEPTEMBERS, OCTOBERS] = [idAt(SEPTEMBER_MS), idAt(OCTOBER_MS)]

let index: SearchIndex
let client: Client

beforeAll(async () => {
  const { url } = inject('engines').elasticsearch
  await removeOrderIndex(url)
  index = new SearchIndex(url)
  client = new Client({ node: url })
  expect(await index.write([eventOf(SEPTEMBERS, SEPTEMBER_MS), eventOf(OCTOBERS, OCTOBER_MS)])).toEqual([
    { kind: 'indexed' },
    { kind: 'indexed' },
  ])
  await client.indices.refresh({ index: ORDER_INDEX })
})
afterAll(async () => {
  await index?.close()
  await client?.close()
  await removeOrderIndex(inject('engines').elasticsearch.url)
})

function idAt(timestampMs: number): OrderId {
  return composeOrderId({ timestampMs, shard: SHARD, worker: SEEDER_WORKER, sequence: 0 })
}

function eventOf(orderId: OrderId, createdAtMs: number): OutboxEvent {
  const document = { order_id: orderId, user_id: 3, status: 0, channel: 0, region: 1, amount_cents: 1 }
  const text = JSON.stringify({ ...document, created_at_ms: createdAtMs })
  return { shard: SHARD, eventId: '0', orderId, version: 1, document: text, createdAtMs }
}

async function found(fromMs: number, toMs: number): Promise<readonly OrderId[]> {
  const query = { fromMs, toMs, region: undefined, status: undefined, limit: 20, after: undefined }
  const hits = await index.find(query, contextFor('test', 30_000))
  return hits.map(({ orderId }) => orderId)
}

const both = () => found(SEPTEMBER_MS, OCTOBER_MS + DAY_MS)

it('refuses a search that reaches into a closed slice, and no other, until the slice is open again', async () => {
  expect(await both()).toEqual([OCTOBERS, SEPTEMBERS])
  const closed = sliceOfOrder(SEPTEMBERS)
  await client.indices.close({ index: closed })
  try {
    await expect(both()).rejects.toMatchObject({ code: 'search-unavailable', retryAfterSeconds: 5 })
    expect(await found(OCTOBER_MS, OCTOBER_MS + DAY_MS)).toEqual([OCTOBERS])
  } finally {
    await client.indices.open({ index: closed })
  }
  await expect.poll(() => both().catch(String), { timeout: 20_000 }).toEqual([OCTOBERS, SEPTEMBERS])
})

it('finds what there is beside a quarter without a slice, and nothing where there is none', async () => {
  const june = Date.UTC(2031, 5, 20)
  expect(await found(june, OCTOBER_MS + DAY_MS)).toEqual([OCTOBERS, SEPTEMBERS])
  expect(await found(june, june + DAY_MS)).toEqual([])
})
