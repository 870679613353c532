import { describe, expect, it } from 'vitest'
import { asRefused, auditLines, statusLines } from './switch-text.ts'

describe('a refusal', () => {
  it('of parked orders names them, and says when there are more', () => {
    const orders = [{ orderId: '77', reason: 'cancelled but captured' }]
    expect(asRefused({ kind: 'parked', parked: 1, orders }).reason).toBe(
      '1 order is parked, as the other store can never take it: 77 (cancelled but captured)',
    )
    expect(asRefused({ kind: 'parked', parked: 9, orders }).reason).toMatch(/^9 orders are parked.*, …$/)
  })

  it('of gaps says how many, how old, and why nobody closes them', () => {
    const gaps = { kind: 'gaps', gaps: 500, oldestGapSeconds: 61.4 } as const
    const off = asRefused({ ...gaps, mirror: 'off' })
    expect(off.reason).toBe('500 orders are known to one store only, the oldest for 61 s, and the mirror is off')
    expect(off.wayOut).toContain('set --mirror batched')
    expect(asRefused({ ...gaps, mirror: 'inline' }).reason).not.toContain('off')
  })

  it('of a dead authority says what leaving it behind costs', () => {
    const { reason, wayOut } = asRefused({ kind: 'store-silent', store: 'legacy', isAuthority: true })
    expect(reason).toContain("the monolith's database does not answer")
    expect(wayOut).toContain('--accept-loss')
    expect(wayOut).toContain('nobody can list')
  })

  it('keeps its fields beside the sentences', () => {
    expect(asRefused({ kind: 'not-compared', found: 'earlier' })).toMatchObject({
      kind: 'not-compared',
      found: 'earlier',
      reason: expect.stringContaining('began before phase 1'),
    })
  })
})

describe('the status', () => {
  it('says first that there is no migration where there is none', () => {
    const none = { phase: 'done', catalogue: 'done', open: true, mirror: 'off', monolith: 'business-layer' } as const
    const store = { answers: true, isAuthority: false, openShards: 0 }
    const [line] = statusLines({
      ...none,
      epoch: 0,
      comparePerMille: 0,
      isFinal: true,
      hasBegun: false,
      services: { order: 'done', payment: 'done', catalogue: 'done' },
      gaps: 0,
      oldestGapSeconds: 0,
      parked: 0,
      parkedOrders: [],
      stores: { legacy: store, sharded: store },
      flip: null,
      processes: 0,
      processesBehind: 0,
      processRoles: [],
    })
    expect(line).toBe('No migration has begun: the services work on the sharded tables alone.')
  })
})

it('shows a history of nothing as that', () => {
  expect(auditLines([])).toEqual(['Nothing was changed yet.'])
})
