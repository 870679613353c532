import { describe, expect, it } from 'vitest'
import { bornOrder, movedTo } from '../two-stores.setup.ts'
import { changeOf, placementStatements } from './sharded-statements.ts'

const USER = 64 + 7
const targetsOf = (statements: readonly { readonly sql: string }[]) =>
  statements.map(({ sql }) => /^(?:INSERT INTO|UPDATE) (\w+)/.exec(sql)?.[1])

describe('a system without a migration', () => {
  it('sends the statements of an order and no other, the key first and the event last', () => {
    const statements = placementStatements(bornOrder(USER), null)
    const tables = ['idempotency_keys_07', 'orders_07', 'order_items_07', 'payments_07', 'outbox_07']
    expect(targetsOf(statements)).toEqual(tables)
    expect(statements.at(-1)?.sql).toBe(
      'INSERT INTO outbox_07 (order_id, version, document, created_at_ms) VALUES (?, ?, ?, ?)',
    )
  })

  it('changes order and payment, then tells of it', () => {
    const born = bornOrder(USER)
    const { updates, event, isFenced, marks } = changeOf(born, movedTo(born, 'paid'), null)
    expect(targetsOf([...updates, event])).toEqual(['orders_07', 'payments_07', 'outbox_07'])
    expect([isFenced, marks]).toEqual([false, []])
  })
})

describe('a guarded write', () => {
  it('asks the fence in its first statement, and marks the order in its last', () => {
    const [event, ...others] = placementStatements(bornOrder(USER), { epoch: 5, markGap: true, tellsOld: false })
    expect(event?.sql).toContain('FROM write_fence WHERE shard = 7 AND open_epoch = ? LOCK IN SHARE MODE')
    expect(event?.values[0]).toBe(5)
    expect(targetsOf(others).at(-1)).toBe('order_gaps')
    const unmarked = placementStatements(bornOrder(USER), { epoch: 5, markGap: false, tellsOld: false })
    expect(targetsOf(unmarked)).not.toContain('order_gaps')
    expect(targetsOf(unmarked)).not.toContain('order_messages')
  })

  it('is told in the old format by what is stored with it, last', () => {
    const guard = { epoch: 5, markGap: true, tellsOld: true }
    const born = bornOrder(USER)
    expect(targetsOf(placementStatements(born, guard)).slice(-2)).toEqual(['order_gaps', 'order_messages'])
    const { marks } = changeOf(born, movedTo(born, 'paid'), guard)
    expect(targetsOf(marks)).toEqual(['order_gaps', 'order_messages'])
    expect(marks.at(-1)?.values.slice(0, 2)).toEqual([BigInt(born.order.orderId), 2])
  })
})
