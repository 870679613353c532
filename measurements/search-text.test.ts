import { describe, expect, it } from 'vitest'
import type { SearchResult } from './search/search-result.ts'
import { searchReason } from './search-text.ts'

const RESULT: SearchResult = {
  state: 'bracketed',
  reason: null,
  operatingPoint: { ratePerSecond: 240, interval: { low: 232, high: 249, confidence: 0.95 } },
  interval: { low: 232, high: 249, confidence: 0.95 },
  bracket: { lastPass: 230, firstFail: 252 },
  claim: { ratePerSecond: 51, verdict: 'pass', reason: null, neededSeconds: null },
  rates: [],
  countedBlocks: 40,
  looks: 3,
  loadSeconds: 170,
  rarestEventSeconds: 66,
  neededSeconds: null,
}
const text = (changes: Partial<SearchResult>, rate: number | null = 51, decides = true) => {
  const result = { ...RESULT, ...changes }
  const claimed = rate === null ? null : { perSecond: rate, decides }
  return searchReason({ load: 'list', claimed, result, bracket: result.bracket, steps: [] })
}

describe('how a search ended', () => {
  it('says the operating point, what is proven, and what was asked', () => {
    expect(text({})).toBe(
      'operating point 240/s (232/s to 249/s, 95 %); 230/s is proven to pass, 252/s to fail; 51/s, which is asked for, is met',
    )
  })

  it('says what it would take where nothing is proven', () => {
    const bracket = { lastPass: null, firstFail: null }
    const open = text({ state: 'undecided', reason: 'budget', operatingPoint: null, bracket, neededSeconds: 200.4 })
    expect(open).toContain('no operating point is stated, somewhere from 232/s to 249/s (the time was over)')
    expect(open).toContain('no rate is proven to pass, none to fail')
    expect(open).toContain('npm run load -- list --load-seconds 201 would probably end the search')
  })

  it('says that a rate far beyond the machine was not even tried', () => {
    expect(text({ claim: null }, 5000)).toContain('5,000/s, which is asked for, lies far beyond what was tried')
    expect(text({ claim: null }, null)).not.toContain('asked for')
  })

  it('does not say that a rate of the fleet was asked for', () => {
    expect(text({}, 51, false)).toContain("51/s, an ordinary second of the plan's whole fleet, is met")
  })
})
