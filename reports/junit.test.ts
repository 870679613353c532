import { describe, expect, it } from 'vitest'
import { capacityOf } from './capacity.ts'
import { hostileEvidence } from './fixtures/hostile.ts'
import { junit } from './junit.ts'

describe('junit.xml', () => {
  const capacity = capacityOf(hostileEvidence())

  it('holds one test case per claim, a failure per FAIL and an error per INVALID', () => {
    const [first, ...rest] = capacity.claims
    const xml = junit({ ...capacity, claims: [{ ...first!, verdict: 'INVALID' }, ...rest] })
    const fails = rest.filter(({ verdict }) => verdict === 'FAIL').length
    const errors = 1 + rest.filter(({ verdict }) => verdict === 'INVALID').length
    expect(fails).toBeGreaterThan(0)
    expect(xml.match(/<testcase /g)).toHaveLength(capacity.claims.length)
    expect(xml.match(/<failure /g)).toHaveLength(fails)
    expect(xml.match(/<error /g)).toHaveLength(errors)
    expect(xml).toContain(`tests="${capacity.claims.length}" failures="${fails}" errors="${errors}"`)
  })

  it('fails a claim at risk, by that name', () => {
    const [first] = capacity.claims
    const xml = junit({ ...capacity, claims: [{ ...first!, verdict: 'AT RISK' }] })
    expect(xml).toContain('<failure type="AT RISK"')
    expect(xml).toContain('tests="1" failures="1" errors="0"')
  })

  it('stays well-formed whatever the texts hold', () => {
    const [first] = capacity.claims
    const xml = junit({ ...capacity, claims: [{ ...first!, verdict: 'FAIL', reason: 'a\u0000\ud800b]]>\u0007' }] })
    expect(xml).toContain('a\ufffd\ufffdb]]&gt;\ufffd')
    expect(xml.replace(/<\/?[a-z-]+( [a-z]+="[^"<>]*")*>|<\?xml[^<>]*\?>/g, '')).not.toMatch(/[<>]/)
  })
})
