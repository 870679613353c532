import { describe, expect, it } from 'vitest'
import type { Ladder, RungFlow } from '../contracts/ladder.ts'
import { flowFixture, heldFixture, ladderFixture, poolFixture, rungFixture } from '../measurements/fixtures/ladder.ts'
import { fullTableClaims } from './claims/full-table-claims.ts'
import { resolvedPlanFixture } from './fixtures/resolved-plan.ts'
import { fullTableLine } from './full-tables.ts'

const resolved = resolvedPlanFixture()
const FULL = 50_000_000

function ladderAt(orders: number, memory: RungFlow, plan: RungFlow): Ladder {
  const pools = [
    poolFixture('memory', { flows: { list: memory, checkout: memory } }),
    poolFixture('plan', { flows: { list: plan, checkout: plan } }),
  ]
  return ladderFixture({ rungs: [rungFixture(orders, pools)] })
}

const listClaim = (ladder: Ladder | null) => fullTableClaims(resolved, ladder)[0]
const sentence = (ladder: Ladder | null) => fullTableLine(fullTableClaims(resolved, ladder), ladder)[0]?.sentence ?? ''

describe('a claim about full tables', () => {
  it('is INVALID in a run without a ladder, and names the command that answers', () => {
    expect(fullTableClaims(resolved, null).map(({ id, verdict }) => [id, verdict])).toEqual([
      ['list-at-full-tables', 'INVALID'],
      ['detail-at-full-tables', 'INVALID'],
      ['checkout-at-full-tables', 'INVALID'],
    ])
    expect(sentence(null)).toContain('npm run validate -- --full')
  })

  it('is INVALID below 99 % of the limit, however well the rung answered', () => {
    const pass = flowFixture('pass')
    expect(listClaim(ladderAt(0.98 * FULL, pass, pass))?.verdict).toBe('INVALID')
    expect(listClaim(ladderAt(0.99 * FULL, pass, pass))?.verdict).toBe('PASS')
    expect(sentence(ladderAt(0.98 * FULL, pass, pass))).toContain('49')
  })

  it('holds when both pools do, and the worse decides', () => {
    const [pass, fail] = [flowFixture('pass'), flowFixture('fail', 10)]
    expect(listClaim(ladderAt(FULL, pass, pass))).toMatchObject({ verdict: 'PASS' })
    const decided = listClaim(ladderAt(FULL, pass, fail))
    expect(decided?.verdict).toBe('FAIL')
    expect(decided?.reason).toContain("the plan's pool decided")
    expect(sentence(ladderAt(FULL, pass, fail))).toMatch(/misses a target: list/)
  })

  it('stays open while one of the pools is still to be measured, unless the other fails', () => {
    const halfway = (memory: RungFlow) =>
      ladderFixture({ rungs: [rungFixture(FULL, [poolFixture('memory', { flows: { list: memory } })])] })
    const open = listClaim(halfway(flowFixture('pass')))
    expect(open?.verdict).toBe('INVALID')
    expect(open?.reason).toMatch(/all in memory: PASS, the plan's pool: INVALID.*No rate was held/)
    expect(listClaim(halfway(flowFixture('fail', 10)))?.verdict).toBe('FAIL')
  })

  it('stays open where only a rate above the share of a table failed', () => {
    const tooFast = flowFixture('fail', 100)
    expect(listClaim(ladderAt(FULL, tooFast, tooFast))?.verdict).toBe('INVALID')
    const slower = { ...tooFast, share: heldFixture('pass', 10) }
    expect(listClaim(ladderAt(FULL, slower, slower))?.verdict).toBe('PASS')
  })

  it('stays open where a pass lies below the share of a table', () => {
    const low = flowFixture('pass', 9)
    expect(listClaim(ladderAt(FULL, low, low))?.verdict).toBe('INVALID')
  })
})
