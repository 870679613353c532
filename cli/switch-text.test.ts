import { describe, expect, it } from 'vitest'
import type { SwitchStatus } from '../sut/switches/switch-status.ts'
import { asRefused, auditLines, lossText, statusLines } from './switch-text.ts'

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

  it('that was overridden says again what is lost, and that it cannot be listed', () => {
    expect(lossText('sharded')).toMatch(
      /^What the sharded database alone knew, .* is lost by this, and nobody can list it/,
    )
  })

  it('keeps its fields beside the sentences', () => {
    expect(asRefused({ kind: 'not-compared', found: 'earlier' })).toMatchObject({
      kind: 'not-compared',
      found: 'earlier',
      reason: expect.stringContaining('began before phase 1'),
    })
  })
})

const STORE = { answers: true, isAuthority: false, openShards: 0 }
const NONE: SwitchStatus = {
  phase: 'done',
  open: true,
  mirror: 'off',
  monolith: 'business-layer',
  gateway: 'monolith',
  grayPercent: 0,
  epoch: 0,
  comparePerMille: 0,
  isFinal: true,
  hasBegun: false,
  services: { order: 'done', payment: 'done', catalogue: 'done' },
  gaps: 0,
  oldestGapSeconds: 0,
  parked: 0,
  parkedOrders: [],
  stores: { legacy: STORE, sharded: STORE },
  flip: null,
  processes: 0,
  processesBehind: 0,
  processRoles: [],
}

describe('the status', () => {
  it('says first that there is no migration where there is none', () => {
    const [line] = statusLines(NONE)
    expect(line).toBe('No migration has begun: the services work on the sharded tables alone.')
  })
})

it.each([
  [{ gateway: 'monolith', grayPercent: 0 }, 'to the monolith'],
  [{ gateway: 'monolith', grayPercent: 50 }, 'to the monolith, whatever the share of 50 %'],
  [
    { gateway: 'interface-layer', grayPercent: 1 },
    'to the interface layer, which answers 1 % of the users and passes the others on to the monolith',
  ],
] as const)('says where old requests of %j go', (position, text) => {
  expect(statusLines({ ...NONE, hasBegun: true, ...position })).toContain(`old interfaces  ${text}`)
})

it('shows a history of nothing as that', () => {
  expect(auditLines([])).toEqual(['Nothing was changed yet.'])
})
