import { describe, expect, it } from 'vitest'
import type { ResolvedPlan } from '../contracts/plan.ts'
import { claimedRate, searchVerdict } from './search-verdict.ts'

const plan = {
  plan: { flows: { quotes: { p99Ms: 100, errorRate: 0.001, ordinaryPerSecond: 40 } } },
  ordinaryRatePerSecond: { list: 612.34, detail: 400, checkout: 51, search: 3 },
  peak: { ratePerSecond: { list: { mid: 36_000 } } },
} as unknown as ResolvedPlan
const here = { baseUrl: 'http://127.0.0.1:8080' }
const elsewhere = { baseUrl: 'https://shop.example.com' }
const list = { name: 'list', weights: { list: 1 } }
const claimed = (parts: Partial<Parameters<typeof claimedRate>[0]> = {}) =>
  claimedRate({ load: list, plan, target: here, ratePerSecond: null, ...parts })

describe('the rate a search is about', () => {
  it('is the plan’s ordinary one, which decides nothing on this machine: it is a fleet’s', () => {
    expect(claimed()).toEqual({ perSecond: 612.4, decides: false })
  })

  it.each([
    ['that was asked for', { ratePerSecond: 30 }, 30],
    ['of a target elsewhere', { target: elsewhere }, 612.4],
    ['of another system', { target: { ...here, kind: 'http' as const } }, 612.4],
    ['of a flow of one’s own', { load: { name: 'quotes', weights: { quotes: 1 } } }, 40],
  ])('decides where it is one %s', (_, parts, perSecond) => {
    expect(claimed(parts)).toEqual({ perSecond, decides: true })
  })

  it('may be none', () => {
    expect(claimed({ load: { name: 'other', weights: { other: 1 } } })).toBeNull()
  })
})

describe('the verdict of a search', () => {
  const bracket = { lastPass: 200, firstFail: 260 }
  const end = { claim: null, state: 'bracketed' } as const
  const at = (perSecond: number, decides: boolean) => searchVerdict({ perSecond, decides }, { ...end, bracket })

  it('is whether any rate passes where no rate decides', () => {
    expect(at(612, false)).toBe('PASS')
    expect(searchVerdict(null, { ...end, bracket: { lastPass: null, firstFail: 10 } })).toBe('INVALID')
  })

  it('is that of the rate that decides', () => {
    expect([at(612, true), at(180, true), at(230, true)]).toEqual(['FAIL', 'PASS', 'INVALID'])
  })

  it('fails where no useful rate meets the targets, whoever asked', () => {
    const refused = { claim: null, state: 'refused', bracket: { lastPass: null, firstFail: 20 } } as const
    for (const claimed of [null, { perSecond: 10, decides: true }, { perSecond: 10, decides: false }]) {
      expect(searchVerdict(claimed, refused)).toBe('FAIL')
    }
  })

  it('passes a rate that was asked for and is proven, whatever becomes of higher ones', () => {
    expect(searchVerdict({ perSecond: 180, decides: true }, { claim: null, state: 'refused', bracket })).toBe('PASS')
  })
})
