import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { NO_MIGRATION, PHASES, type Phase } from '../../../contracts/switches.ts'
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
})
