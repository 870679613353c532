import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Hold, isEnough, nextMove, type SearchBlock, type SearchPlan } from './rate-search.ts'

const PLAN: SearchPlan = {
  claimPerSecond: null,
  startPerSecond: 40,
  lowestPerSecond: 1,
  errorRateTarget: 0.001,
  budgetSeconds: 200,
  overheadSeconds: 3,
}

/** A system that meets its target up to a rate, exactly. */
function search(truth: number, changes: Partial<SearchPlan> = {}, block: Partial<SearchBlock> = {}) {
  const plan = { ...PLAN, ...changes }
  const holds: Hold[] = []
  for (let guard = 0; guard < 60; guard++) {
    const move = nextMove(plan, holds)
    if (move.kind === 'finished') return { holds, why: move.why }
    const { purpose, ratePerSecond, mostSeconds } = move
    const blocks: SearchBlock[] = []
    while (blocks.length * 5 < mostSeconds && !isEnough(plan, { purpose, ratePerSecond, blocks })) {
      const iterations = Math.round(ratePerSecond * 5)
      const overTarget = Math.round(iterations * (ratePerSecond <= truth ? 0.002 : 0.05))
      blocks.push({ iterations, good: iterations, overTarget, errors: 0, spoilt: false, ...block })
    }
    holds.push({ purpose, ratePerSecond, blocks })
  }
  throw new Error('the search does not end')
}

describe('the search', () => {
  it('confirms a rate close below the truth, within its time', () => {
    fc.assert(
      fc.property(fc.integer({ min: 150, max: 2000 }), (truth) => {
        const { holds, why } = search(truth, { startPerSecond: truth * 0.5 })
        expect(why).toBe('confirmed')
        const rate = holds.at(-1)?.ratePerSecond ?? 0
        expect(rate).toBeLessThanOrEqual(truth)
        expect(rate).toBeGreaterThan(truth * 0.7)
      }),
    )
  })

  it('holds the rate of a claim first', () => {
    const [first] = search(500, { claimPerSecond: 123 }).holds
    expect(first).toMatchObject({ purpose: 'claim', ratePerSecond: 123 })
  })

  it('repeats what was spoilt from outside, twice at most, and never takes it for a miss', () => {
    const { holds, why } = search(500, {}, { spoilt: true })
    expect(holds.map(({ ratePerSecond }) => ratePerSecond)).toEqual([40, 40, 40])
    expect(why).toBe('spoilt')
  })

  it('says so when no rate meets the target', () => {
    expect(search(0, { lowestPerSecond: 15 }).why).toBe('nothing-passes')
  })

  it('confirms nothing without the time for it', () => {
    expect(search(500, { budgetSeconds: 30 }).why).toBe('budget')
  })
})
