// The slices of the order index: made for loading (no refresh, no replicas), then restored for serving.

import { Client, errors, type estypes } from '@elastic/elasticsearch'
import type { Dataset } from '../../contracts/dataset.ts'
import { Refusal } from '../../contracts/refusal.ts'
import {
  ORDER_INDEX,
  ORDER_INDEX_MAPPING,
  ORDER_INDEX_SETTINGS,
  ORDER_SLICES,
  ORDER_TEMPLATE,
  ORDER_TEMPLATE_NAME,
  type Slice,
  slicesBetween,
} from '../../contracts/search-index.ts'

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

/** The fingerprint of the data set in the slices; null without any. Slices that running services made carry none. */
export async function indexedFingerprint(client: Client): Promise<string | null> {
  return explainedBy(async () => {
    const slices = Object.values(await client.indices.getMapping({ index: ORDER_SLICES, allow_no_indices: true }))
    if (slices.length === 0) return null
    const found = new Set(
      slices.map(({ mappings }) => (mappings._meta as { fingerprint?: string } | undefined)?.fingerprint),
    )
    found.delete(undefined)
    const [fingerprint] = found
    return found.size === 1 && fingerprint !== undefined ? fingerprint : 'unknown'
  })
}

/** Slices of the data set that are not there. */
export async function missingSlices(client: Client, { startMs, endMs }: Dataset): Promise<readonly string[]> {
  return explainedBy(async () => {
    const found = await client.indices.getSettings({ index: ORDER_SLICES, allow_no_indices: true })
    return slicesBetween(startMs, endMs)
      .map(({ index }) => index)
      .filter((index) => !Object.hasOwn(found, index))
  })
}

/** May be repeated: those that are there stay as they are. */
export async function createSlices(client: Client, dataset: Dataset): Promise<void> {
  await explainedBy(() =>
    client.indices.putIndexTemplate({
      name: ORDER_TEMPLATE_NAME,
      ...(ORDER_TEMPLATE as unknown as estypes.IndicesIndexTemplate),
    }),
  )
  const missing = new Set(await missingSlices(client, dataset))
  for (const slice of slicesBetween(dataset.startMs, dataset.endMs)) {
    if (missing.has(slice.index)) {
      await createIndex(client, slice.index, dataset.fingerprint, documentsIn(dataset, slice))
    }
  }
}

/** By the time curve that all tables share. */
function documentsIn({ startMs, cumulativeOrdersByHour, rows }: Dataset, { fromMs, toMs }: Slice): number {
  const placedBefore = (ms: number) => {
    const hours = Math.floor((ms - startMs) / 3_600_000)
    return hours <= 0 ? 0 : (cumulativeOrdersByHour[Math.min(hours, cumulativeOrdersByHour.length) - 1] ?? 0)
  }
  const all = cumulativeOrdersByHour.at(-1) ?? 1
  return Math.ceil((rows.orders * (placedBefore(toMs) - placedBefore(fromMs))) / all)
}

export async function createIndex(
  client: Client,
  index: string,
  fingerprint: string,
  documents: number,
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
export async function endLoading(client: Client, dataset: Dataset): Promise<void> {
  const { fingerprint } = dataset
  const indexed = await indexedFingerprint(client)
  const missing = await missingSlices(client, dataset)
  if (indexed !== fingerprint || missing.length > 0) {
    throw new Refusal({
      what: 'the search index was removed or replaced while it was filled',
      why: [
        `its fingerprint is ${indexed?.slice(0, 12) ?? 'none'}, of ${fingerprint.slice(0, 12)}`,
        ...missing.map((index) => `${index} is not there`),
      ],
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
    for (const [index, { settings }] of Object.entries(found)) {
      const interval = settings?.index?.refresh_interval
      if (interval !== SERVING.refresh_interval) throw new Error(`${index}: refresh_interval stayed at ${interval}`)
    }
  })
}

export async function measuredSearchBytes(client: Client): Promise<number> {
  return explainedBy(async () => {
    const { _all } = await client.indices.stats({ index: ORDER_INDEX, metric: 'store' })
    return _all.primaries?.store?.size_in_bytes ?? 0
  })
}

export async function dropIndex(client: Client, index: string): Promise<void> {
  await explainedBy(() => client.indices.delete({ index }, { ignore: [404] }))
}

/** One by one, as a pattern removes nothing (action.destructive_requires_name); also an index that has the alias's name. */
export async function dropSlices(client: Client): Promise<void> {
  const found = await explainedBy(() =>
    client.indices.get({ index: [ORDER_SLICES, ORDER_INDEX], allow_no_indices: true, ignore_unavailable: true }),
  )
  for (const index of Object.keys(found)) await dropIndex(client, index)
  await explainedBy(() => client.indices.deleteIndexTemplate({ name: ORDER_TEMPLATE_NAME }, { ignore: [404] }))
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
