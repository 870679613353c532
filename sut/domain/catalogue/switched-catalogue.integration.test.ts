import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { CATALOGUE_AUDIT_TABLE } from '../../../contracts/catalogue.ts'
import { NO_MIGRATION, PHASES, type Phase, type Switches } from '../../../contracts/switches.ts'
import { openTestStore, type TestStore, within } from '../../storage/two-stores.setup.ts'
import { switchedCatalogue } from './switched-catalogue.ts'

let legacy: TestStore
let sharded: TestStore
let phase: Phase

beforeAll(async () => {
  legacy = await openTestStore('legacy', inject('engines'), 'catalogue')
  sharded = await openTestStore('sharded', inject('engines'), 'catalogue')
  await legacy.rows("INSERT INTO t_product (id, name, price) VALUES (5, 'Old lamp', 19.90), (6, 'Old chair', 0.05)")
})
afterAll(async () => {
  await legacy?.close()
  await sharded?.close()
})

it.each(PHASES)('is read in %s where the rule of its own phase says, whatever the orders do', async (asked) => {
  phase = asked
  const board = { now: () => ({ ...NO_MIGRATION, catalogue: phase }) }
  const catalogue = switchedCatalogue({ legacy: legacy.pool, sharded: sharded.pool }, board)
  const products = await catalogue.products({ productIds: [5, 6, 1_000_000] }, within())
  const isOld = asked === 'legacy' || asked === 'phase1'
  expect(products).toHaveLength(2)
  const lamp = { productId: 5, name: 'Old lamp', priceCents: 1_990 }
  expect(products.some((product) => JSON.stringify(product) === JSON.stringify(lamp))).toBe(isOld)
  expect(await catalogue.page({ after: 4, limit: 2 }, within())).toEqual(
    products.toSorted((one, other) => one.productId - other.productId),
  )
  expect(await catalogue.page({ after: 1_000_000, limit: 2 }, within())).toEqual([])
})

describe('a change', () => {
  const change = { productId: 6, priceCents: 1_234, who: 'admin 7 (operator)', why: 'a test of both stores' }
  const during = (switches: Partial<Switches>) =>
    switchedCatalogue(
      { legacy: legacy.pool, sharded: sharded.pool },
      { now: () => ({ ...NO_MIGRATION, epoch: 3, isFinal: false, ...switches }) },
    )
  const inLegacy = async () => {
    const [row] = await legacy.rows<{ price: string }>('SELECT price FROM t_product WHERE id = 6')
    return row?.price
  }
  const inSharded = async () => {
    const [row] = await sharded.rows<{ price_cents: string }>('SELECT price_cents FROM products WHERE product_id = 6')
    return Number(row?.price_cents)
  }
  const audited = async () => {
    const [row] = await sharded.rows<{ found: string }>(`SELECT COUNT(*) AS found FROM ${CATALOGUE_AUDIT_TABLE}`)
    return Number(row?.found)
  }

  it.each(PHASES)('in %s reaches both stores, with one entry in the audit', async (catalogue) => {
    const before = await audited()
    const priceCents = 1_000 + PHASES.indexOf(catalogue)
    const became = await during({ catalogue }).change({ ...change, priceCents }, within())
    expect(became?.priceCents).toBe(priceCents)
    expect([await inLegacy(), await inSharded()]).toEqual([`10.0${PHASES.indexOf(catalogue)}`, priceCents])
    expect(await audited()).toBe(before + 1)
  })

  it.each<[string, Partial<Switches>]>([
    ['before a migration begins', { epoch: 0, isFinal: true, catalogue: 'done' }],
    ['after it was made final', { isFinal: true, catalogue: 'done' }],
  ])('%s leaves the monolith its own', async (_when, switches) => {
    await legacy.rows("UPDATE t_product SET price = '5.00' WHERE id = 6")
    await during(switches).change(change, within())
    expect([await inLegacy(), await inSharded()]).toEqual(['5.00', 1_234])
  })

  it('of a product that is not there is none, and leaves no entry', async () => {
    const before = await audited()
    expect(await during({ catalogue: 'phase1' }).change({ ...change, productId: 999_999 }, within())).toBeNull()
    expect(await during({ isFinal: true }).change({ ...change, productId: 999_999 }, within())).toBeNull()
    expect(await audited()).toBe(before)
  })
})
