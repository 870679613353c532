import { expect, test } from 'vitest'
import { resolvedPlanFixture } from '../../fixtures/resolved-plan.ts'
import { shardLoad } from './shard-load.ts'

test('what the plan and the data set say of a shard’s readers', () => {
  const { plan: usual } = resolvedPlanFixture()
  const plan = { ...usual, recencyExponent: 4, orders: { ...usual.orders, extraBytesPerRow: 120 } }
  const table = { shard: 7, orders: 5e6, users: 900_000, whales: 4, whaleWeight: 2 ** 31 }
  expect(shardLoad(plan, table)).toEqual({
    recencyExponent: 4,
    listLimit: 20,
    users: 900_000,
    activity: plan.users.activity,
    whales: { count: 4, shareOfOrders: 0.5 },
    itemsPerOrder: expect.closeTo(1.7, 9),
    extraBytesPerRow: 120,
  })
})
