// Documents that no window of time holds: without a time of creation, or with one that no order id can carry.

import type { Client } from '@elastic/elasticsearch'
import { MAX_TIMESTAMP_MS } from '../../contracts/order-id.ts'
import { ORDER_INDEX } from '../../contracts/search-index.ts'
import { type Finding, MAX_SAMPLES } from './finding.ts'

export async function verifyTimes(search: Client): Promise<readonly Finding[]> {
  const answer = (await search.transport.request({
    method: 'POST',
    path: `/${ORDER_INDEX}/_search`,
    querystring: { filter_path: 'hits.total.value,hits.hits._id' },
    body: {
      size: MAX_SAMPLES,
      track_total_hits: true,
      query: {
        bool: { must_not: { range: { created_at_ms: { gte: 0, lte: MAX_TIMESTAMP_MS, format: 'epoch_millis' } } } },
      },
    },
  })) as { hits: { total: { value: number }; hits?: { _id: string }[] } }
  const count = answer.hits.total.value
  if (count === 0) return []
  const samples = (answer.hits.hits ?? []).map(({ _id }) => `document ${_id}`)
  return [
    {
      check: 'search-index',
      where: ORDER_INDEX,
      what: 'documents without a time that an order can have',
      count,
      samples,
    },
  ]
}
