import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ALL_SHARDS, asShard, SHARD_COUNT, shardOf, tableName } from './shard.ts'

describe('shardOf', () => {
  it('is user id modulo the shard count, for every safe id', () => {
    fc.assert(
      fc.property(fc.nat({ max: Number.MAX_SAFE_INTEGER }), (userId) => {
        expect(shardOf(userId)).toBe(Number(BigInt(userId) % BigInt(SHARD_COUNT)))
      }),
    )
  })

  it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('refuses %s', (userId) => {
    expect(() => shardOf(userId)).toThrow(RangeError)
  })
})

describe('tableName', () => {
  it('pads the shard to two digits', () => {
    expect(tableName('orders', asShard(7))).toBe('orders_07')
    expect(tableName('order_items', asShard(63))).toBe('order_items_63')
  })

  it('gives every shard its own table', () => {
    expect(new Set(ALL_SHARDS.map((shard) => tableName('payments', shard))).size).toBe(SHARD_COUNT)
  })
})

describe('asShard', () => {
  it.each([-1, SHARD_COUNT, 1.5, Number.NaN])('refuses %s', (value) => {
    expect(() => asShard(value)).toThrow(RangeError)
  })
})
