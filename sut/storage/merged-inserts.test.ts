import { describe, expect, it } from 'vitest'
import { absorbInserts as legacyInserts } from './legacy-store/legacy-statements.ts'
import { mergedInserts } from './merged-inserts.ts'
import { absorbInserts as shardedInserts } from './sharded-store/sharded-statements.ts'
import { bornOrder, oldOrder, snapshotWith } from './two-stores.setup.ts'

describe('inserts of many orders', () => {
  it('are one statement per table, with every row once and in order', () => {
    const merged = mergedInserts([
      { sql: 'INSERT INTO a (x, y) VALUES (?, ?)', values: [1, 2] },
      { sql: 'INSERT INTO b (x) VALUES ?', values: [[[1], [2]]] },
      { sql: 'INSERT INTO a (x, y) VALUES (?, ?)', values: [3, null] },
      { sql: 'INSERT INTO b (x) VALUES ?', values: [[[3]]] },
    ])
    expect(merged).toEqual([
      {
        sql: 'INSERT INTO a (x, y) VALUES ?',
        values: [
          [
            [1, 2],
            [3, null],
          ],
        ],
      },
      { sql: 'INSERT INTO b (x) VALUES ?', values: [[[1], [2], [3]]] },
    ])
  })

  it.each([
    ['sharded', shardedInserts, 5],
    ['legacy', legacyInserts, 3],
  ] as const)('of the %s store are all of that kind', (_, inserts, tables) => {
    const births = [bornOrder(7), bornOrder(7), bornOrder(7)]
    const snapshots = births.map((born) => snapshotWith(born, born.key))
    const old = oldOrder(snapshots[0]!, 77)
    const merged = mergedInserts([...snapshots, old].flatMap(inserts))
    expect(merged).toHaveLength(tables)
    const rows = merged.map(({ values }) => (values[0] as readonly unknown[]).length)
    expect(Math.max(...rows)).toBe(8)
  })

  it('are not made of anything else', () => {
    expect(() => mergedInserts([{ sql: 'DELETE FROM a WHERE x = ?', values: [1] }])).toThrow(RangeError)
    const ignoring = 'INSERT INTO a (x) VALUES (?) ON DUPLICATE KEY UPDATE x = 1'
    expect(() => mergedInserts([{ sql: ignoring, values: [1] }])).toThrow(RangeError)
  })
})
