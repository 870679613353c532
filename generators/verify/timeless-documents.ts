// Documents that no window of time holds: without a time of creation, or with one that no order id can carry.

import type { Client } from '@elastic/elasticsearch'
import { MAX_TIMESTAMP_MS } from '../../contracts/order-id.ts'
import { ORDER_INDEX } from '../../contracts/search-index.ts'
import { findDocuments } from './find-documents.ts'
import { type Finding, MAX_SAMPLES } from './finding.ts'

export async function verifyTimes(search: Client): Promise<readonly Finding[]> {
  const { total, hits } = await findDocuments(search, MAX_SAMPLES, {
    bool: { must_not: { range: { created_at_ms: { gte: 0, lte: MAX_TIMESTAMP_MS, format: 'epoch_millis' } } } },
  })
  if (total === 0) return []
  const samples = hits.map(({ _id }) => `document ${_id}`)
  return [
    {
      check: 'search-index',
      where: ORDER_INDEX,
      what: 'documents without a time that an order can have',
      count: total,
      samples,
    },
  ]
}
