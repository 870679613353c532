import { describe, expect, it } from 'vitest'
import type { OrderId } from '../contracts/order-id.ts'
import { asShard } from '../contracts/shard.ts'
import { comparisonLines, importLines, warningLines } from './migration-text.ts'

const COMPARED = {
  compared: 26_000,
  differences: [],
  differing: 0,
  lag: 0,
  missing: 0,
  extra: 0,
  parked: 0,
  repaired: 0,
  skipped: 0,
  isWhole: true,
}
const IMPORTED = {
  imported: 3,
  skippedNewer: 0,
  parked: 0,
  parkedOrders: [],
  verified: true,
  shardsThatDiffer: [],
  rowsWithoutId: 0,
}

describe('a comparison', () => {
  it('without a difference is one line', () => {
    expect(comparisonLines(COMPARED)).toEqual(['26,000 orders compared: 0 orders differ'])
  })

  it('names orders and fields, the first of them, and how many more there are', () => {
    const differences = Array.from({ length: 25 }, (_, at) => ({
      orderId: String(at + 1) as OrderId,
      field: 'order.status',
      kind: 'value' as const,
    }))
    const lines = comparisonLines({ ...COMPARED, differences, differing: 1, lag: 2, repaired: 4 })
    expect(lines[0]).toBe('26,000 orders compared: 1 order differs, 4 repaired, 2 still to be told')
    expect(lines[1]).toBe('  order 1: order.status differs')
    expect(lines.at(-1)).toBe('  … and 5 more; --json lists them')
    expect(lines).toHaveLength(22)
  })

  it('that stopped says so', () => {
    expect(comparisonLines({ ...COMPARED, isWhole: false }).at(-1)).toContain('Stopped')
  })
})

describe('an import', () => {
  it('says what was taken, what was there, and what can never be taken', () => {
    const parkedOrders = [{ orderId: '77', reason: 'it has no payment' }]
    expect(importLines({ ...IMPORTED, skippedNewer: 2, parked: 1, parkedOrders })).toEqual([
      'orders: 3 imported, 2 there already, 1 that the sharded store can never take',
      '  order 77 is parked: it has no payment',
      'In every shard, orders and amounts are those of the monolith.',
    ])
  })

  it('that does not add up names the shards', () => {
    const shardsThatDiffer = [
      { shard: asShard(7), legacy: { orders: 5, cents: 100 }, sharded: { orders: 4, cents: 80 } },
    ]
    const lines = importLines({ ...IMPORTED, verified: false, shardsThatDiffer })
    expect(lines[1]).toContain('shard 7: 5 orders of 100 cents')
    expect(lines.at(-1)).toContain('run the same command again')
  })

  it('that was only tried says that nothing was written', () => {
    expect(importLines({ ...IMPORTED, verified: null })).toEqual(['orders: 3 would be imported', 'nothing was written'])
  })

  it('warns of what it leaves out and of what may change unseen, and says at its end why it is not verified', () => {
    expect(warningLines(0, 'business-layer')).toEqual([])
    expect(warningLines(1_200, 'own-database')).toEqual([
      expect.stringContaining('1,200 rows of t_order have no order id yet'),
      expect.stringContaining('the monolith still writes its own database'),
      expect.anything(),
    ])
    const lines = importLines({ ...IMPORTED, verified: false, rowsWithoutId: 2 })
    expect(lines).toEqual(['orders: 3 imported', expect.stringContaining('2 rows of t_order have no order id yet')])
  })
})
