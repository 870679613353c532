import { describe, expect, it } from 'vitest'
import { type Shard, STORED_FAMILIES, tableName } from '../../contracts/shard.ts'
import { judgeTables } from './table-check.ts'

const tablesOf = (...shards: number[]) => [
  'products',
  'headroom_lanes',
  ...shards.flatMap((shard) => STORED_FAMILIES.map((family) => tableName(family, shard as Shard))),
]

const judge = (present: ReadonlySet<string>, shards: readonly number[], isWide = false) =>
  judgeTables(present, shards, isWide)

describe('judgeTables', () => {
  it('has nothing to say where every table is there', () => {
    expect(judge(new Set(tablesOf(0, 5, 6)), [5, 6])).toEqual({
      findings: [],
      wholeShards: [5, 6],
      hasCatalogue: true,
      hasLanes: true,
    })
  })

  it('names a lost table and leaves its shard to no other check', () => {
    const present = new Set(tablesOf(5, 6).filter((name) => name !== 'payments_05'))
    const { findings, wholeShards } = judge(present, [5, 6])
    expect(findings).toMatchObject([{ check: 'schema', what: 'table missing', count: 1, samples: ['payments_05'] }])
    expect(wholeShards).toEqual([6])
  })

  it('counts all that are missing and gives a few samples', () => {
    const { findings, wholeShards } = judge(new Set(tablesOf(0)), [0, 16, 17])
    expect(findings).toMatchObject([{ count: 8, samples: expect.arrayContaining(['orders_16', 'orders_17']) }])
    expect(findings[0]?.samples).toHaveLength(5)
    expect(wholeShards).toEqual([0])
  })

  it('names the catalogue where seeding was killed before it', () => {
    const present = new Set(tablesOf().filter((name) => name !== 'products'))
    const { findings, hasCatalogue } = judge(present, [0])
    expect(findings).toMatchObject([
      { count: 5, samples: ['products', 'orders_00', 'order_items_00', 'payments_00', 'idempotency_keys_00'] },
    ])
    expect(hasCatalogue).toBe(false)
  })

  it('names a table without the column that makes it wide, and leaves its shard to no other check', () => {
    const present = new Set([...tablesOf(5, 6), 'orders_06.filler'])
    const { findings, wholeShards } = judge(present, [5, 6], true)
    expect(findings).toMatchObject([
      { check: 'schema', what: 'column missing', count: 1, samples: ['orders_05.filler'] },
    ])
    expect(wholeShards).toEqual([6])
  })

  it('says of a lost table only that it is lost', () => {
    const present = new Set([...tablesOf(5).filter((name) => name !== 'orders_05'), 'orders_06.filler'])
    expect(judge(present, [5], true).findings).toMatchObject([{ what: 'table missing', samples: ['orders_05'] }])
  })

  it('names the lost checkpoints', () => {
    const present = new Set(tablesOf(5).filter((name) => name !== 'headroom_lanes'))
    const { findings, hasLanes, wholeShards } = judge(present, [5])
    expect(findings).toMatchObject([{ count: 1, samples: ['headroom_lanes'] }])
    expect({ hasLanes, wholeShards }).toEqual({ hasLanes: false, wholeShards: [5] })
  })
})
