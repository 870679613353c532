import { describe, expect, it } from 'vitest'
import { parkedLines } from './parked-text.ts'

const NOTHING = {
  parked: [],
  redriven: { 'search-event': 0, message: 0, order: 0 },
  unreadableEvents: 0,
  silent: [],
} as const

describe('the text about what is parked', () => {
  it('says that nothing is', () => {
    expect(parkedLines(NOTHING)).toEqual(['nothing is parked'])
  })

  it('says of each group what it is, where, for whom and why, and who tries it again', () => {
    const parked = [
      { kind: 'search-event', store: 'sharded', reason: 'no such field', count: 2, state: 'for-a-person' },
      { kind: 'search-event', store: 'sharded', reason: 'busy', count: 1, state: 'waiting' },
      { kind: 'order', store: 'legacy', reason: 'it has no payment', count: 1, state: 'for-a-person' },
      { kind: 'order', store: 'sharded', reason: 'it has no number', count: 3, state: 'left-behind' },
    ] as const
    expect(parkedLines({ ...NOTHING, parked, redriven: { 'search-event': 2, message: 0, order: 1 } })).toEqual([
      '2 events for the search index, for a person: no such field',
      '1 event for the search index, tried again in any case: busy',
      "1 order for the other store in the monolith's database, for a person: it has no payment",
      '3 orders for the other store, left behind, as the other store does not follow now: it has no number',
      '2 events for the search index will be tried again by the indexer',
      '1 order for the other store will be told anew by the order service',
    ])
  })

  it('names the way out of events that no other try would help', () => {
    const [first, second] = parkedLines({ ...NOTHING, unreadableEvents: 1 })
    expect(first).toBe('1 event that a reader could make no sense of: another try would not help')
    expect(second).toContain('redis-cli xrange headroom:events:unreadable - +')
  })

  it('does not take silence for nothing', () => {
    const lines = parkedLines({ ...NOTHING, unreadableEvents: null, silent: ['legacy', 'streams'] })
    expect(lines).toHaveLength(3)
    expect(lines[0]).toBe('nothing is parked where it could be asked')
    expect(lines[1]).toContain("the monolith's database does not answer")
    expect(lines[2]).toContain('HEADROOM_STREAMS_REDIS_URL')
  })
})
