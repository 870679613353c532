// What a running service may have made of a seeded order, judged on rows by a database that needs no server.

import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ORDER_STATUSES, type OrderStatus, PAYMENT_STATUS_OF, PAYMENT_STATUSES } from '../../contracts/order.ts'
import { rowRules } from './row-rules.ts'

const NOW_MS = Date.UTC(2026, 10, 26)
const END_MS = NOW_MS - 86_400_000
const SHARD = 5

let database: DatabaseSync
beforeAll(() => {
  database = new DatabaseSync(':memory:')
  database.function('UNIX_TIMESTAMP', () => NOW_MS / 1_000)
})
afterAll(() => database?.close())

const CODES = {
  orders: (status: OrderStatus) => ORDER_STATUSES.indexOf(status),
  payments: (status: OrderStatus) => PAYMENT_STATUSES.indexOf(PAYMENT_STATUS_OF[status]),
} as const

/** A seeded row that was changed at that time. */
function isBroken(family: keyof typeof CODES, status: OrderStatus, version: number, updatedAtMs: number): boolean {
  const rule = rowRules(family, {}).find(({ what }) => what.startsWith('changed after the end of the history'))
  const row = `SELECT 0 AS order_id, ${CODES[family](status)} AS status, ${version} AS version, ${updatedAtMs} AS updated_at_ms`
  const found = database.prepare(`SELECT ${rule?.broken(SHARD, END_MS)} AS broken FROM (${row})`).get()
  return found?.broken === 1
}

describe.each(['orders', 'payments'] as const)('a seeded row of %s', (family) => {
  it.each([
    ['paid', 2],
    ['cancelled', 2],
    ['refunded', 3],
  ] as const)('may have become %s with version %i, and with no other', (status, version) => {
    expect(isBroken(family, status, version, NOW_MS)).toBe(false)
    expect(isBroken(family, status, version + 1, NOW_MS)).toBe(true)
    expect(isBroken(family, status, version - 1, NOW_MS)).toBe(true)
  })

  it('was not changed in the future, nor to what no service makes of it', () => {
    expect(isBroken(family, 'paid', 2, NOW_MS + 3_600_000)).toBe(true)
    expect(isBroken(family, 'placed', 2, NOW_MS)).toBe(true)
    expect(isBroken(family, 'placed', 2, END_MS)).toBe(false)
  })
})
