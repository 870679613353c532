// Documents of the order index by a query: all of them counted, some of them named.

import type { Client, estypes } from '@elastic/elasticsearch'
import { ORDER_INDEX } from '../../contracts/search-index.ts'

export interface FoundDocuments {
  readonly total: number
  /** At most as many as were asked for. */
  readonly hits: readonly { readonly _id: string; readonly _version: number }[]
}

export async function findDocuments(
  search: Client,
  size: number,
  query: estypes.QueryDslQueryContainer,
): Promise<FoundDocuments> {
  const answer = (await search.transport.request({
    method: 'POST',
    path: `/${ORDER_INDEX}/_search`,
    querystring: { filter_path: 'hits.total.value,hits.hits._id,hits.hits._version' },
    body: { size, version: true, sort: ['_doc'], track_total_hits: true, query },
  })) as { hits: { total: { value: number }; hits?: FoundDocuments['hits'] } }
  return { total: answer.hits.total.value, hits: answer.hits.hits ?? [] }
}
