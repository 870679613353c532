import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FakeElasticsearch, foundNothing, refused } from '../../storage/fake-elasticsearch.fixture.ts'
import type { OrderStore } from '../../storage/order-store.ts'
import { SearchIndex } from '../../storage/search-index.ts'
import { contextFor } from '../../telemetry/call-context.ts'
import { MAX_SEARCHES, OrderSearches } from './order-searches.ts'

const SEARCH = { fromMs: Date.UTC(2026, 10, 1), toMs: Date.UTC(2026, 10, 2), limit: 20 }
const NOTHING = { orders: [], next: null }
const EMPTY: Pick<OrderStore, 'byIds'> = { byIds: async () => [] }

let elasticsearch: FakeElasticsearch
let index: SearchIndex
let searches: OrderSearches
let nowMs: number

beforeEach(async () => {
  elasticsearch = await FakeElasticsearch.start()
  index = new SearchIndex(elasticsearch.url)
  nowMs = 0
  searches = new OrderSearches(index, () => nowMs)
})
afterEach(async () => {
  await elasticsearch.close()
  await index.close()
})

/** What it is answered with; its user would wait longer than this test may take. */
const outcomeOf = (store = EMPTY) =>
  searches.search(store, SEARCH, contextFor('test', 3_600_000)).catch(({ code }: { code: string }) => code)

describe('searches', () => {
  it('hold their share of the process while Elasticsearch is silent, for a limited time; then it is left alone', async () => {
    const outcomes = await Promise.all(Array.from({ length: 3 * MAX_SEARCHES }, () => outcomeOf()))
    expect(outcomes).toEqual([
      ...Array(MAX_SEARCHES).fill('search-unavailable'),
      ...Array(2 * MAX_SEARCHES).fill('overloaded'),
    ])
    expect(elasticsearch.asked).toHaveLength(MAX_SEARCHES)
    expect(await outcomeOf()).toBe('search-unavailable')
    expect(elasticsearch.asked).toHaveLength(MAX_SEARCHES)
  })

  it('ask it again after a rest, and go on once it answers', async () => {
    expect(await outcomeOf()).toBe('search-unavailable')
    elasticsearch.answer = foundNothing()
    expect(await outcomeOf()).toBe('search-unavailable')
    nowMs += 1_000
    expect(await outcomeOf()).toEqual(NOTHING)
    expect(await outcomeOf()).toEqual(NOTHING)
  })

  it('of other slices go on while one is closed: Elasticsearch answers', async () => {
    elasticsearch.answer = refused(400, 'index_closed_exception')
    expect(await outcomeOf()).toBe('search-unavailable')
    elasticsearch.answer = foundNothing()
    expect(await outcomeOf()).toEqual(NOTHING)
  })

  it('hold no more than their share while rows do not come either, and give it back', async () => {
    elasticsearch.answer = foundNothing()
    let letGo = () => {}
    const held = new Promise<[]>((resolve) => {
      letGo = () => resolve([])
    })
    const stalled = Array.from({ length: MAX_SEARCHES }, () => outcomeOf({ byIds: () => held }))
    expect(await outcomeOf()).toBe('overloaded')
    letGo()
    expect(await Promise.all(stalled)).toEqual(Array(MAX_SEARCHES).fill(NOTHING))
    expect(await outcomeOf()).toEqual(NOTHING)
  })
})
