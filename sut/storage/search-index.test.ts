import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { OrderId } from '../../contracts/order-id.ts'
import { asShard } from '../../contracts/shard.ts'
import { contextFor } from '../telemetry/call-context.ts'
import { BEGUN, FakeElasticsearch, foundNothing, refused, SILENT } from './fake-elasticsearch.fixture.ts'
import { IncompleteSearch, SearchIndex } from './search-index.ts'

const QUERY = {
  fromMs: Date.UTC(2026, 8, 1),
  toMs: Date.UTC(2026, 10, 1),
  region: undefined,
  status: undefined,
  limit: 20,
  after: undefined,
}

let elasticsearch: FakeElasticsearch
let index: SearchIndex

beforeEach(async () => {
  elasticsearch = await FakeElasticsearch.start()
  index = new SearchIndex(elasticsearch.url)
})
afterEach(async () => {
  await elasticsearch.close()
  await index.close()
})

const failureOf = (budgetMs = 60_000) =>
  index.find(QUERY, contextFor('test', budgetMs)).then(
    () => null,
    (error: unknown) => error,
  )

describe('a search', () => {
  it('asks for all of the slices of its time, the closed ones too', async () => {
    elasticsearch.answer = foundNothing()
    expect(await index.find(QUERY, contextFor('test', 60_000))).toEqual([])
    const { path, query } = elasticsearch.asked[0]!
    expect(path).toBe('/orders-2*026-q3,orders-2*026-q4/_search')
    expect([query.get('expand_wildcards'), query.get('allow_partial_search_results')]).toEqual(['open,closed', 'false'])
    expect(query.has('ignore_unavailable')).toBe(false)
  })

  it('goes on with its request’s trace, and says to Elasticsearch what it is', async () => {
    elasticsearch.answer = foundNothing()
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
    await index.find(QUERY, contextFor('test', 60_000, traceparent))
    const { headers } = elasticsearch.asked[0]!
    expect(String(headers.traceparent).slice(0, 35)).toBe(traceparent.slice(0, 35))
    expect(headers.traceparent).not.toBe(traceparent)
    expect(headers['x-opaque-id']).toBe('headroom-search')
  })

  it.each([
    ['a shard failed', foundNothing({ _shards: { total: 3, successful: 2, skipped: 0, failed: 1 } })],
    ['it was cut short', foundNothing({ timed_out: true })],
    ['a slice is closed', refused(400, 'index_closed_exception')],
    ['a slice was closed meanwhile', refused(400, 'search_phase_execution_exception', 'index_closed_exception')],
    ['a shard is nowhere', refused(503, 'search_phase_execution_exception')],
    ['it has too much to do', refused(429, 'search_phase_execution_exception', 'es_rejected_execution_exception')],
  ])('is not answered in part: %s', async (_how, answer) => {
    elasticsearch.answer = answer
    const failure = await failureOf()
    expect(failure).toBeInstanceOf(IncompleteSearch)
    expect(failure).toMatchObject({ code: 'search-unavailable', retryAfterSeconds: 5 })
  })

  it('of a form that Elasticsearch does not know is a mistake of ours', async () => {
    elasticsearch.answer = refused(400, 'parsing_exception')
    expect(await failureOf()).toMatchObject({ name: 'ResponseError', statusCode: 400 })
  })

  it.each([SILENT, BEGUN] as const)('is given up at its deadline: %s', async (answer) => {
    elasticsearch.answer = answer
    const failure = await failureOf(200)
    expect(failure).toMatchObject({ code: 'search-unavailable', retryAfterSeconds: 5 })
    expect(failure).not.toBeInstanceOf(IncompleteSearch)
  })

  it('says that nobody can be reached', async () => {
    await elasticsearch.close()
    const failure = await failureOf()
    expect(failure).toMatchObject({ code: 'search-unavailable' })
    expect(failure).not.toBeInstanceOf(IncompleteSearch)
  })
})

describe('events', () => {
  const event = {
    shard: asShard(9),
    eventId: '1',
    orderId: '1001' as OrderId,
    version: 1,
    document: '{}',
    createdAtMs: 1_700_000_000_000,
  }
  const outcomesOf = async (items: readonly { readonly status: number; readonly type?: string }[]) => {
    const answers = items.map(({ status, type }) => ({ index: { status, ...(type && { error: { type } }) } }))
    elasticsearch.answer = { status: 200, body: { items: answers } }
    return (await index.write(items.map(() => event))).map(({ kind }) => kind)
  }

  it('are given up for good where their document is at fault, and nowhere else', async () => {
    const refusedOnes = ['document_parsing_exception', 'mapper_parsing_exception', 'strict_dynamic_mapping_exception']
    expect(await outcomesOf(refusedOnes.map((type) => ({ status: 400, type })))).toEqual(Array(3).fill('refused'))
    expect(
      await outcomesOf([
        { status: 201 },
        { status: 409, type: 'version_conflict_engine_exception' },
        { status: 400, type: 'index_closed_exception' },
        { status: 400, type: 'validation_exception' },
        { status: 400 },
        { status: 403, type: 'cluster_block_exception' },
        { status: 404, type: 'index_not_found_exception' },
        { status: 429, type: 'es_rejected_execution_exception' },
        { status: 503, type: 'unavailable_shards_exception' },
      ]),
    ).toEqual(['indexed', 'stale', ...Array(7).fill('retry')])
  })

  it('are answered for before the client gives up, also where a shard is nowhere', async () => {
    await outcomesOf([{ status: 201 }])
    const bulk = elasticsearch.asked.find(({ path }) => path === '/_bulk')
    expect(bulk?.query.get('timeout')).toBe('2s')
  })
})
