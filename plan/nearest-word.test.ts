import { describe, expect, it } from 'vitest'
import { nearest } from './nearest-word.ts'

const FIELDS = ['name', 'shards', 'rowsPerTableLimit', 'horizonYears', 'yearlyGrowth', 'headroom', 'p99Ms', 'errorRate']

describe('nearest', () => {
  it.each([
    ['headrom', 'headroom'],
    ['p99', 'p99Ms'],
    ['growth', 'yearlyGrowth'],
    ['horizon', 'horizonYears'],
    ['rows_per_table_limit', 'rowsPerTableLimit'],
    ['Error-Rate', 'errorRate'],
    ['shard', 'shards'],
    ['colour', null],
    ['', null],
  ])('%s → %s', (word, expected) => {
    expect(nearest(word, FIELDS)).toBe(expected)
  })
})
