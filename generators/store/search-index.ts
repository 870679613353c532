// The order index: made for loading (no refresh, no replicas), then restored for serving.

import { Client, errors, type estypes } from '@elastic/elasticsearch'
import { Refusal } from '../../contracts/refusal.ts'
import { ORDER_INDEX, ORDER_INDEX_MAPPING, ORDER_INDEX_SETTINGS } from '../../contracts/search-index.ts'

/** Elastic's advice is at most 200 million documents in an index shard (AutoOps, "shard_near_document_limit"). */
const MAX_DOCUMENTS_PER_INDEX_SHARD = 200_000_000

const REQUEST_TIMEOUT_MS = 120_000

const LOADING = { refresh_interval: '-1', number_of_replicas: 0 } as const
const { number_of_shards: _, ...SERVING } = ORDER_INDEX_SETTINGS

export function searchClient(url: string): Client {
  return new Client({ node: url, requestTimeout: REQUEST_TIMEOUT_MS, maxRetries: 0 })
}

export function indexShardsFor(documents: number): number {
  return Math.max(1, Math.ceil(documents / MAX_DOCUMENTS_PER_INDEX_SHARD))
}

/** The fingerprint of the data set in the index; null without an index. */
export async function indexedFingerprint(client: Client): Promise<string | null> {
  return explainedBy(async () => {
    if (!(await client.indices.exists({ index: ORDER_INDEX }))) return null
    const mapping = await client.indices.getMapping({ index: ORDER_INDEX })
    const meta = mapping[ORDER_INDEX]?.mappings._meta as { fingerprint?: string } | undefined
    return meta?.fingerprint ?? 'unknown'
  })
}

export async function createIndex(
  client: Client,
  fingerprint: string,
  documents: number,
  index: string = ORDER_INDEX,
): Promise<void> {
  await explainedBy(async () => {
    try {
      await client.indices.create({
        index,
        settings: {
          index: { number_of_shards: indexShardsFor(documents), ...LOADING },
        },
        mappings: { ...(ORDER_INDEX_MAPPING as estypes.MappingTypeMapping), _meta: { fingerprint } },
      })
    } catch (error) {
      // A seeder of other shards, begun in the same moment, was faster.
      if (!(error instanceof errors.ResponseError)) throw error
      if (error.body?.error?.type !== 'resource_already_exists_exception') throw error
    }
  })
}

export async function startLoading(client: Client): Promise<void> {
  await explainedBy(() => client.indices.putSettings({ index: ORDER_INDEX, settings: { index: LOADING } }))
}

/** Restores what serving needs, and checks that it is so; the index must still be the one that was filled. */
export async function endLoading(client: Client, fingerprint: string): Promise<void> {
  const indexed = await indexedFingerprint(client)
  if (indexed !== fingerprint) {
    throw new Refusal({
      what: 'the search index was removed or replaced while it was filled',
      why: [`its fingerprint is ${indexed?.slice(0, 12) ?? 'none'}, not ${fingerprint.slice(0, 12)}`],
      wayOut: 'Seed again from the start with --reset.',
    })
  }
  await explainedBy(async () => {
    await client.indices.putSettings({
      index: ORDER_INDEX,
      settings: { index: SERVING },
    })
    await client.indices.refresh({ index: ORDER_INDEX })
    await client.indices.flush({ index: ORDER_INDEX })
    const found = await client.indices.getSettings({ index: ORDER_INDEX })
    const interval = found[ORDER_INDEX]?.settings?.index?.refresh_interval
    if (interval !== SERVING.refresh_interval) throw new Error(`refresh_interval stayed at ${interval}`)
  })
}

export async function measuredSearchBytes(client: Client): Promise<number> {
  return explainedBy(async () => {
    const { _all } = await client.indices.stats({ index: ORDER_INDEX, metric: 'store' })
    return _all.primaries?.store?.size_in_bytes ?? 0
  })
}

export async function dropIndex(client: Client, index: string = ORDER_INDEX): Promise<void> {
  await explainedBy(() => client.indices.delete({ index }, { ignore: [404] }))
}

async function explainedBy<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw explainedSearch(error)
  }
}

export function explainedSearch(error: unknown): unknown {
  if (error instanceof errors.TimeoutError) {
    return new Refusal({
      what: `Elasticsearch has not answered within ${REQUEST_TIMEOUT_MS / 1000} s`,
      why: [error.message],
      wayOut: 'See what keeps it busy (its log, the disk), then run the same command: it continues.',
    })
  }
  if (error instanceof errors.ConnectionError) {
    return new Refusal({
      what: 'Elasticsearch is gone',
      why: [error.message],
      wayOut:
        'Start it again (npm run up, or your own server behind HEADROOM_ELASTICSEARCH_URL), then run the same command: it continues.',
    })
  }
  return error
}
