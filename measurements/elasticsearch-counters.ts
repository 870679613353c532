// Elasticsearch's own counters, read once a second. An answer is also a sign of life.

import { request } from 'undici'
import type { ElasticsearchCounters } from '../contracts/measurement.ts'

export interface ElasticsearchSample {
  /** The youngest node's. */
  readonly uptimeSeconds: number
  readonly counters: ElasticsearchCounters
}

interface NodeStats {
  readonly jvm: { readonly uptime_in_millis: number }
  readonly indices: {
    readonly search: { readonly query_total: number; readonly query_time_in_millis: number }
    readonly indexing: { readonly index_total: number }
  }
  readonly thread_pool: Readonly<Record<string, { readonly rejected: number }>>
}

const TIMEOUT_MS = 5000
const STATS_PATH =
  '/_nodes/stats/jvm,indices,thread_pool?filter_path=' +
  'nodes.*.jvm.uptime_in_millis,nodes.*.indices.search,nodes.*.indices.indexing,nodes.*.thread_pool.*.rejected'

export async function readElasticsearch(url: string): Promise<ElasticsearchSample> {
  const { nodes } = (await getElasticsearch(url, STATS_PATH)) as { readonly nodes: Readonly<Record<string, NodeStats>> }
  return sampleOf(Object.values(nodes))
}

/** Throws for anything but a 200. The URL may carry user and password. */
export async function getElasticsearch(url: string, path: string): Promise<unknown> {
  const { origin, username, password } = new URL(url)
  const credentials = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')
  const { statusCode, body } = await request(origin + path, {
    headers: username === '' ? {} : { authorization: `Basic ${credentials}` },
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
  })
  if (statusCode !== 200) {
    await body.dump()
    throw new Error(`Elasticsearch answers ${statusCode}`)
  }
  return await body.json()
}

function sampleOf(nodes: readonly NodeStats[]): ElasticsearchSample {
  const sum = (of: (node: NodeStats) => number) => nodes.reduce((total, node) => total + of(node), 0)
  return {
    uptimeSeconds: Math.min(...nodes.map(({ jvm }) => jvm.uptime_in_millis)) / 1000,
    counters: {
      searches: sum(({ indices }) => indices.search.query_total),
      searchMs: sum(({ indices }) => indices.search.query_time_in_millis),
      indexed: sum(({ indices }) => indices.indexing.index_total),
      rejected: sum(({ thread_pool }) => (thread_pool.search?.rejected ?? 0) + (thread_pool.write?.rejected ?? 0)),
    },
  }
}

export function elasticsearchDelta(first: ElasticsearchCounters, last: ElasticsearchCounters): ElasticsearchCounters {
  return {
    searches: last.searches - first.searches,
    searchMs: last.searchMs - first.searchMs,
    indexed: last.indexed - first.indexed,
    rejected: last.rejected - first.rejected,
  }
}
