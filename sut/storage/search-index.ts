// The order index in Elasticsearch: finds order ids by time, region and status over all shards. The rows themselves are
// then read from MySQL, which stays the source of truth.

import { Client, errors, type estypes } from '@elastic/elasticsearch'
import { ORDER_STATUSES, type OrderStatus } from '../../contracts/order.ts'
import type { OrderId } from '../../contracts/order-id.ts'
import { ORDER_TEMPLATE, ORDER_TEMPLATE_NAME, sliceOfOrder, slicesBetween } from '../../contracts/search-index.ts'
import { SutError } from '../errors.ts'
import { type CallContext, remainingMs } from '../telemetry/call-context.ts'
import { nextTraceparent, TRACE_HEADER } from '../telemetry/trace-context.ts'
import type { OutboxEvent } from './outbox-tables.ts'

export interface IndexQuery {
  readonly fromMs: number
  readonly toMs: number
  readonly region: number | undefined
  readonly status: OrderStatus | undefined
  readonly limit: number
  /** Only orders after this one, newest first. */
  readonly after: IndexPosition | undefined
}

export interface IndexPosition {
  readonly createdAtMs: number
  readonly orderId: OrderId
}

/** What became of one event of a bulk. `stale`: the index knows a newer version already. */
export type BulkOutcome =
  | { readonly kind: 'indexed' }
  | { readonly kind: 'stale' }
  | { readonly kind: 'retry'; readonly reason: string }
  | { readonly kind: 'refused'; readonly reason: string }

/** What the services do with it. */
export type OrderIndex = Pick<SearchIndex, 'find' | 'write'>

/** Elasticsearch answered, and not for all that was asked: of other slices it may be able to. */
export class IncompleteSearch extends SutError {
  constructor(cause: unknown) {
    super('search-unavailable', 'the search index cannot be searched in full now; lists and details still answer', {
      retryAfterSeconds: 5,
      cause,
    })
  }
}

/** A shard that is nowhere is waited for so long: its own events are refused then, and the bulk is answered in time. */
const SLICE_LIMIT = '2s'
/** No slice takes such a document, ever. All else may pass: a closed slice, a cluster that has its fill of shards. */
const DOCUMENT_ERRORS: ReadonlySet<string | undefined> = new Set([
  'document_parsing_exception',
  'mapper_parsing_exception',
  'strict_dynamic_mapping_exception',
])

/** Who asks, for its logs and tasks. The same each time, as Elastic wants it: the request is named by its trace. */
const OPAQUE_ID = 'headroom-search'

interface BulkItem {
  readonly status: number
  readonly error?: { readonly type?: string; readonly reason?: string }
}

export class SearchIndex {
  readonly #client: Client

  constructor(elasticsearchUrl: string) {
    this.#client = new Client({ node: elasticsearchUrl, maxRetries: 0, requestTimeout: 10_000 })
  }

  /** Newest first. Rejects unless every slice of the time asked for was searched, all of it. */
  async find(query: IndexQuery, context: CallContext): Promise<readonly IndexPosition[]> {
    const { hits, _shards: shards, timed_out: isCutShort } = await this.#search(query, context)
    if (shards.failed > 0 || isCutShort) {
      throw new IncompleteSearch(new Error(isCutShort ? 'it was cut short' : `${shards.failed} shards failed`))
    }
    return hits.hits.map((hit) => ({ createdAtMs: Number(hit.sort?.[0]), orderId: hit._id as OrderId }))
  }

  async #search(query: IndexQuery, context: CallContext): Promise<estypes.SearchResponse> {
    // Until the last byte: a time limit of the client's own ends with the headers.
    const signal = AbortSignal.timeout(remainingMs(context))
    try {
      return await this.#client.search(
        {
          index: slicesBetween(query.fromMs, query.toMs).map(({ index }) => patternOf(index)),
          expand_wildcards: ['open', 'closed'],
          allow_partial_search_results: false,
          size: query.limit,
          track_total_hits: false,
          _source: false,
          query: { bool: { filter: filtersOf(query) } },
          sort: [{ created_at_ms: { order: 'desc' } }, { order_id: { order: 'desc', missing: '_last' } }],
          // As text: 63-bit numbers do not survive JSON.
          ...(query.after ? { search_after: [query.after.createdAtMs, query.after.orderId] } : {}),
        },
        { signal, opaqueId: OPAQUE_ID, headers: { [TRACE_HEADER]: nextTraceparent(context) } },
      )
    } catch (error) {
      throw searchError(error)
    }
  }

  /** Rejects when the index is out of reach as a whole; otherwise one outcome per event, in order. */
  async write(events: readonly OutboxEvent[], signal?: AbortSignal): Promise<readonly BulkOutcome[]> {
    await this.#ensureTemplate(signal)
    const lines = events.flatMap((event) => [
      // The row's version: a late or repeated event is a conflict, and harmless.
      JSON.stringify({
        index: {
          _index: sliceOfOrder(event.orderId),
          _id: event.orderId,
          version: event.version,
          version_type: 'external',
        },
      }),
      event.document,
    ])
    const answer = await this.#client.transport.request<{ readonly items: readonly { readonly index: BulkItem }[] }>(
      {
        method: 'POST',
        path: '/_bulk',
        querystring: {
          timeout: SLICE_LIMIT,
          filter_path: 'items.index.status,items.index.error.type,items.index.error.reason',
        },
        bulkBody: `${lines.join('\n')}\n`,
      },
      signal ? { signal } : {},
    )
    return answer.items.map(({ index }) => outcomeOf(index))
  }

  /** Before each bulk: one to no slice makes it, of guessed types and under no alias unless the template is there. */
  async #ensureTemplate(signal?: AbortSignal): Promise<void> {
    const options = signal ? { signal } : {}
    if (await this.#client.indices.existsIndexTemplate({ name: ORDER_TEMPLATE_NAME }, options)) return
    await this.#client.indices.putIndexTemplate(
      { name: ORDER_TEMPLATE_NAME, ...(ORDER_TEMPLATE as unknown as estypes.IndicesIndexTemplate) },
      options,
    )
  }

  async ping(): Promise<void> {
    await this.#client.transport.request({ method: 'GET', path: '/_cluster/health' }, { requestTimeout: 1_500 })
  }

  async close(): Promise<void> {
    await this.#client.close()
  }
}

/**
 * Of one slice, as a pattern: it is no error that it finds nothing (no orders of that quarter yet), and one that it finds
 * a closed slice. By name, both would be errors or neither. The star stands within the year, where no other name fits.
 */
function patternOf(slice: string): string {
  return slice.replace(/\d/, '$&*')
}

function searchError(error: unknown): unknown {
  if (error instanceof errors.ResponseError) {
    // Our own mistake in the question would be one at every try.
    return error.statusCode === 400 && !isOfClosedSlice(error) ? error : new IncompleteSearch(error)
  }
  return new SutError('search-unavailable', 'the search index cannot be reached; lists and details still answer', {
    retryAfterSeconds: 5,
    cause: error,
  })
}

function isOfClosedSlice({ body }: errors.ResponseError): boolean {
  const causes: readonly { readonly type?: string }[] = body?.error?.root_cause ?? []
  return causes.some(({ type }) => type === 'index_closed_exception')
}

function filtersOf({ fromMs, toMs, region, status }: IndexQuery) {
  return [
    { range: { created_at_ms: { gte: fromMs, lt: toMs } } },
    ...(region === undefined ? [] : [{ term: { region } }]),
    ...(status === undefined ? [] : [{ term: { status: ORDER_STATUSES.indexOf(status) } }]),
  ]
}

function outcomeOf({ status, error }: BulkItem): BulkOutcome {
  if (status === 409) return { kind: 'stale' }
  if (status < 300) return { kind: 'indexed' }
  const reason = error ? JSON.stringify(error) : `status ${status}`
  return { kind: DOCUMENT_ERRORS.has(error?.type) ? 'refused' : 'retry', reason }
}
