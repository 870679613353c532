import { describe, expect, it } from 'vitest'
import { type Shard, STORED_FAMILIES, tableName } from '../../contracts/shard.ts'
import { judgeTables } from './table-check.ts'

const tablesOf = (...shards: number[]) => [
  'products',
  'headroom_lanes',
  ...shards.flatMap((shard) => STORED_FAMILIES.map((family) => tableName(family, shard as Shard))),
]

describe('judgeTables', () => {
  it('has nothing to say where every table is there', () => {
    expect(judgeTables(new Set(tablesOf(0, 5, 6)), [5, 6])).toEqual({
      findings: [],
      wholeShards: [5, 6],
      hasCatalogue: true,
      hasLanes: true,
    })
  })

  it('names a lost table and leaves its shard to no other check', () => {
    const present = new Set(tablesOf(5, 6).filter((name) => name !== 'payments_05'))
    const { findings, wholeShards } = judgeTables(present, [5, 6])
    expect(findings).toMatchObject([{ check: 'schema', what: 'table missing', count: 1, samples: ['payments_05'] }])
    expect(wholeShards).toEqual([6])
  })

  it('counts all that are missing and gives a few samples', () => {
    const { findings, wholeShards } = judgeTables(new Set(tablesOf(0)), [0, 16, 17])
    expect(findings).toMatchObject([{ count: 8, samples: expect.arrayContaining(['orders_16', 'orders_17']) }])
    expect(findings[0]?.samples).toHaveLength(5)
    expect(wholeShards).toEqual([0])
  })

  it('names the catalogue where seeding was killed before it', () => {
    const present = new Set(tablesOf().filter((name) => name !== 'products'))
    const { findings, hasCatalogue } = judgeTables(present, [0])
    expect(findings).toMatchObject([
      { count: 5, samples: ['products', 'orders_00', 'order_items_00', 'payments_00', 'idempotency_keys_00'] },
    ])
    expect(hasCatalogue).toBe(false)
  })

  it('names the lost checkpoints', () => {
    const present = new Set(tablesOf(5).filter((name) => name !== 'headroom_lanes'))
    const { findings, hasLanes, wholeShards } = judgeTables(present, [5])
    expect(findings).toMatchObject([{ count: 1, samples: ['headroom_lanes'] }])
    expect({ hasLanes, wholeShards }).toEqual({ hasLanes: false, wholeShards: [5] })
  })
})
