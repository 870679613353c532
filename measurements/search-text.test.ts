import { describe, expect, it } from 'vitest'
import type { SearchResult } from './search/search-result.ts'
import { searchReason } from './search-text.ts'

const RESULT: SearchResult = {
  state: 'bracketed',
  reason: null,
  operatingPoint: { ratePerSecond: 240, interval: { low: 232, high: 249, confidence: 0.95 } },
  interval: { low: 232, high: 249, confidence: 0.95 },
  bracket: { lastPass: 230, firstFail: 252 },
  failing: null,
  unproven: null,
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
  return searchReason({ load: 'list', claimed, result })
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

  it('names the flow that fails, and by how much', () => {
    const checkout = { flow: 'checkout', ratePerSecond: 437, count: 14, answered: 1312 }
    expect(text({ failing: { ...checkout, by: 'errors', targetShare: 0.001 } })).toContain(
      'checkout had 1.07 % errors up to 437/s, and 0.1 % may be',
    )
    expect(text({ failing: { ...checkout, by: 'slow', targetShare: 0.01 } })).toContain(
      'checkout had 1.07 % of its answers over its p99 target at 437/s, and 1 % may be',
    )
  })

  it('says of each flow that is not proven what it would take', () => {
    const flows = [
      { flow: 'search', answered: 131, neededAnswers: 299, missingSeconds: 154.2 },
      { flow: 'cancel', answered: 700, neededAnswers: null, missingSeconds: null },
    ]
    expect(text({ unproven: { ratePerSecond: 470, flows } })).toContain(
      'not proven at 470/s: search (131 of 299 answers, 2.6 min more), cancel (more of the same would not prove it)',
    )
  })

  it('says why a claim is open', () => {
    const claim = { ratePerSecond: 51, verdict: 'undecided', reason: 'not-sustained', neededSeconds: null } as const
    expect(text({ claim })).toContain('is not decided (from some rate on it did not keep up with what it promised)')
  })

  it('says why a rate was not even tried', () => {
    expect(text({ claim: null }, 5000)).toContain('5,000/s, which is asked for, is more than may be offered')
    expect(text({ claim: null }, 5000, false)).toContain('lies far beyond what was tried')
    expect(text({ claim: null }, null)).not.toContain('asked for')
  })

  it('does not say that a rate of the fleet was asked for', () => {
    expect(text({}, 51, false)).toContain("51/s, an ordinary second of the plan's whole fleet, is met")
  })
})
