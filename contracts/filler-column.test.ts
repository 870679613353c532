import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FILLER_COLUMN, fillerColumn, MAX_EXTRA_BYTES } from './filler-column.ts'
import { asShard, TABLE_FAMILIES } from './shard.ts'
import { createTableSql, TABLE_SHAPES, tableShape } from './tables.ts'

const sqlOf = (family: (typeof TABLE_FAMILIES)[number], extraBytesPerRow?: number) =>
  createTableSql(family, asShard(7), {
    secondaryIndexes: true,
    ...(extraBytesPerRow === undefined ? {} : { extraBytesPerRow }),
  })

describe('the filler', () => {
  it('is not there where a plan adds no bytes, and never in another table than orders', () => {
    for (const family of TABLE_FAMILIES) {
      expect(tableShape(family, 0)).toBe(TABLE_SHAPES[family])
      expect(sqlOf(family, 0)).toBe(sqlOf(family))
      expect(sqlOf(family, 200).includes(FILLER_COLUMN)).toBe(family === 'orders')
    }
    expect(sqlOf('orders', 200)).toContain(`${FILLER_COLUMN} VARBINARY(200) NOT NULL DEFAULT (`)
  })

  it('has hashes enough for its bytes, each of another text, and one too many in no case', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: MAX_EXTRA_BYTES }), (bytes) => {
        const { type, meanBytes, extra = '' } = fillerColumn(bytes)
        const hashed = [...extra.matchAll(/SHA2\(CONCAT\(order_id, '(\.\d+)'\), 512\)/g)].map(([, text]) => text)
        expect(new Set(hashed).size).toBe(Math.ceil(bytes / 64))
        expect(hashed).toHaveLength(Math.ceil(bytes / 64))
        expect(extra).toContain(`, ${bytes})) INVISIBLE`)
        expect([type, meanBytes]).toEqual([`VARBINARY(${bytes})`, bytes])
      }),
    )
  })
})
