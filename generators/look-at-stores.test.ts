import { describe, expect, it } from 'vitest'
import { type Look, together } from './look-at-stores.ts'

const EMPTY: Look = { kind: 'empty' }
const UNKNOWN: Look = { kind: 'not-looked', why: 'b: gone' }
const FOREIGN: Look = { kind: 'foreign', tables: ['orders_40'] }
const lane = (shard: number) => ({ shard, orders: 5, done: 5, indexed: true })
const dataset = (shard: number, state: 'seeding' | 'finished' | 'removing' = 'finished') =>
  ({ kind: 'dataset', stored: { state } as never, lanes: [lane(shard)] }) satisfies Look

describe('several servers looked at as one', () => {
  it('hold a whole data set when each says so, with the lanes of all', () => {
    expect(together([dataset(1), dataset(40)])).toEqual({
      kind: 'dataset',
      stored: { state: 'finished' },
      lanes: [lane(1), lane(40)],
    })
  })

  it.each([
    ['one is still being seeded', [dataset(1), dataset(40, 'seeding')], 'seeding'],
    ['home, which comes last, has nothing yet', [EMPTY, dataset(40)], 'seeding'],
    ['one is being removed', [dataset(1), dataset(40, 'removing')], 'removing'],
  ] as const)('hold one that is not whole when %s', (_why, looks, state) => {
    expect(together(looks)).toMatchObject({ kind: 'dataset', stored: { state } })
  })

  it('are unknown when one is, somebody else’s when one is, and empty when all are', () => {
    expect(together([dataset(1), UNKNOWN])).toBe(UNKNOWN)
    expect(together([EMPTY, FOREIGN])).toEqual(FOREIGN)
    expect(together([EMPTY, EMPTY])).toEqual(EMPTY)
  })
})
