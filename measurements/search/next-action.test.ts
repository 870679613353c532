import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BLOCK_SECONDS } from '../../contracts/measurement.ts'
import { planFor, searchQueue } from './bench/current-search.ts'
import type { Noise } from './bench/noise.ts'
import { Queue } from './bench/queue.ts'
import type { Block, Hold } from './hold.ts'
import { type HoldAction, loadSeconds, nextAction } from './next-action.ts'
import { CONFIDENCE } from './rate-curve.ts'
import { LIMITS } from './search-limits.ts'
import type { SearchPlan } from './search-plan.ts'
import type { SearchResult } from './search-result.ts'

const PLAN: SearchPlan = { ...planFor(400, 0.1, 240), claimRatePerSecond: 40 }

interface Answering {
  readonly share?: (rate: number) => number
  readonly errorRate?: (rate: number, nth: number) => number
  readonly invalid?: (action: HoldAction, nth: number) => readonly string[]
}

/** A system without chance: late from 300/s on. */
function search(plan: SearchPlan, answering: Answering = {}) {
  const share =
    answering.share ?? ((rate: number) => (rate < 300 ? 0 : Math.min(1, 0.01 * Math.exp((rate - 300) / 10))))
  const holds: Hold[] = []
  const actions: HoldAction[] = []
  for (;;) {
    const action = nextAction(plan, holds)
    if (action.kind === 'finished') return { result: action.result, holds, actions }
    actions.push(action)
    const blocks: Block[] = []
    const answered = Math.round(action.ratePerSecond * BLOCK_SECONDS)
    while (blocks.length < action.blocks) {
      const invalid = answering.invalid?.(action, actions.length) ?? []
      const overTarget = Math.round(answered * share(action.ratePerSecond))
      blocks.push({
        answered,
        overTarget,
        clusters: Math.min(1, overTarget),
        errors: Math.round(answered * (answering.errorRate?.(action.ratePerSecond, actions.length) ?? 0)),
        invalid,
      })
      if (invalid.length > 0) break
    }
    holds.push({ purpose: action.purpose, ratePerSecond: action.ratePerSecond, blocks })
    if (holds.length > 100) throw new Error('the search does not end')
  }
}

describe('a search', () => {
  it('holds the rate of the claim first, locates with probes, and confirms', () => {
    const { actions, result } = search(PLAN)
    expect(actions[0]).toMatchObject({ purpose: 'claim', ratePerSecond: 40, blocks: LIMITS.claimBlocks })
    const purposes = actions.map(({ purpose }) => purpose)
    expect(purposes.lastIndexOf('probe')).toBeLessThan(purposes.indexOf('confirm'))
    expect(result.claim).toMatchObject({ verdict: 'pass' })
    expect(result.state).toBe('bracketed')
    expect(result.operatingPoint?.ratePerSecond).toBeGreaterThan(285)
    expect(result.operatingPoint?.ratePerSecond).toBeLessThan(315)
    expect(result.rarestEventSeconds).toBeCloseTo((result.countedBlocks * BLOCK_SECONDS) / 3, 9)
  })

  it('never leaps: a probe is at most 1.35 × the highest rate held by the search', () => {
    const { actions } = search({ ...PLAN, startRatePerSecond: 20 })
    const rates = actions.filter(({ purpose }) => purpose !== 'claim').map(({ ratePerSecond }) => ratePerSecond)
    rates.slice(1).forEach((rate, i) => {
      expect(rate).toBeLessThanOrEqual(Math.max(...rates.slice(0, i + 1)) * LIMITS.climbFactor + 0.1)
    })
  })

  it('says what it would take when the budget is too short', () => {
    const { result } = search({ ...PLAN, budgetSeconds: 60 })
    expect(result).toMatchObject({ operatingPoint: null, state: 'undecided', reason: 'budget' })
    expect(result.neededSeconds).toBeGreaterThan(60)
    const { result: later } = search({ ...PLAN, budgetSeconds: result.neededSeconds! })
    expect(later.state).toBe('bracketed')
  })

  it('says that nothing failed when the generator can offer no more', () => {
    const { result } = search({ ...PLAN, highestRatePerSecond: 250 })
    expect(result).toMatchObject({ state: 'passed-no-failure-found', reason: 'generator-limit', operatingPoint: null })
    expect(result.bracket).toMatchObject({ lastPass: 250, firstFail: null })
  })

  it('refuses a system that is late at every rate', () => {
    const { result } = search(PLAN, { share: () => 0.05 })
    expect(result).toMatchObject({ state: 'refused', operatingPoint: null })
  })
})

describe('what comes from outside', () => {
  it('is held again at the same rate, after a rest, and changes nothing in the end', () => {
    const spoilt = search(PLAN, { invalid: (_, nth) => (nth === 6 ? ['machine-busy'] : []) })
    expect(spoilt.actions[6]).toMatchObject({
      ratePerSecond: spoilt.actions[5]?.ratePerSecond,
      purpose: spoilt.actions[5]?.purpose,
      restSeconds: LIMITS.restSeconds,
    })
    expect(spoilt.result.state).toBe('bracketed')
  })

  it('is repeated twice and then given up, and what was given up is no failure', () => {
    const { actions, result } = search(PLAN, {
      invalid: ({ ratePerSecond }) => (ratePerSecond > 250 ? ['generator-late'] : []),
    })
    const most = Math.max(...actions.map(({ ratePerSecond }) => ratePerSecond))
    expect(actions.filter(({ ratePerSecond }) => ratePerSecond === most)).toHaveLength(1 + LIMITS.repeats)
    expect(result).toMatchObject({ state: 'undecided', reason: 'disturbed', operatingPoint: null })
    expect(result.bracket.firstFail).toBeNull()
  })

  it('alone makes no FAIL, no refusal and no number', () => {
    const { result } = search(PLAN, { share: () => 1, invalid: () => ['machine-busy'] })
    expect(result).toMatchObject({ state: 'invalid', reason: 'disturbed', operatingPoint: null })
    expect(result.bracket).toEqual({ lastPass: null, firstFail: null })
    expect(result.claim?.verdict).toBe('invalid')
  })
})

describe('errors', () => {
  it('at every rate refuse the search, whatever the latency', () => {
    const { result } = search(PLAN, { errorRate: () => 0.01 })
    expect(result).toMatchObject({ state: 'refused', reason: 'errors', operatingPoint: null })
    expect(result.claim?.verdict).toBe('fail')
  })

  it('from some rate on end the bracket there', () => {
    const { result } = search(PLAN, { errorRate: (rate) => (rate > 200 ? 0.02 : 0) })
    expect(result.bracket.firstFail).toBeGreaterThan(200)
    expect(result.operatingPoint?.ratePerSecond ?? 0).toBeLessThanOrEqual(result.bracket.firstFail!)
    expect(
      result.rates.every(
        ({ ratePerSecond, verdict }) => ratePerSecond <= result.bracket.firstFail! || verdict !== 'pass',
      ),
    ).toBe(true)
  })

  it('in one burst prove nothing about a rate: it is held again, and the climb goes on', () => {
    const { actions, result } = search(PLAN, { errorRate: (_, nth) => (nth === 2 ? 0.1 : 0) })
    expect(actions[2]).toMatchObject({ purpose: 'probe', ratePerSecond: actions[1]?.ratePerSecond })
    expect(result.interval?.low).toBeLessThanOrEqual(300)
    expect(result.interval?.high).toBeGreaterThanOrEqual(300)
  })

  it('that come again at the rate end the climb there', () => {
    const { actions } = search(PLAN, { errorRate: (rate) => (rate > 200 ? 0.1 : 0) })
    const rates = actions.map(({ ratePerSecond }) => ratePerSecond)
    const beyond = rates.filter((rate) => rate > 200)
    expect(new Set(beyond).size).toBe(1)
    expect(beyond.length).toBe(2)
  })

  it('need enough answers: a slow flow is undecided, with the seconds it needs', () => {
    const slow = { ...planFor(10, 0.1, 180), claimRatePerSecond: 4, startRatePerSecond: 4, highestRatePerSecond: 40 }
    const { result } = search(slow, { share: (rate) => (rate < 8 ? 0 : 1) })
    expect(result.operatingPoint).toBeNull()
    expect(result.claim).toMatchObject({ verdict: 'undecided' })
    expect(result.claim?.neededSeconds).toBeGreaterThan(50)
  })
})

const shares = fc.record({
  ratePerSecond: fc.double({ min: 20, max: 3000, noNaN: true }),
  steepness: fc.double({ min: 1, max: 60, noNaN: true }),
  spoilt: fc.double({ min: 0, max: 0.6, noNaN: true }),
  errorRate: fc.constantFrom(0, 0.0005, 0.01),
  budgetSeconds: fc.integer({ min: 20, max: 300 }),
  seed: fc.integer({ min: 1, max: 1e6 }),
})

describe('laws', { timeout: 120_000 }, () => {
  it('ends, keeps its budget, and states only what its own bounds allow', () => {
    fc.assert(
      fc.property(shares, ({ ratePerSecond, steepness, spoilt, errorRate, budgetSeconds, seed }) => {
        let state = seed
        const chance = () => {
          state = (state * 16_807) % 2_147_483_647
          return state / 2_147_483_647
        }
        const plan = { ...PLAN, budgetSeconds }
        const { result, holds } = search(plan, {
          share: (rate) => Math.min(1, 0.01 * Math.exp(Math.min(10, steepness * (rate / ratePerSecond - 1)))),
          errorRate: () => errorRate,
          invalid: () => (chance() < spoilt ? ['machine-busy'] : []),
        })
        expect(loadSeconds(plan, holds)).toBeLessThanOrEqual(budgetSeconds)
        expectHonest(result)
      }),
      { numRuns: 60 },
    )
  })
})

function expectHonest({ state, operatingPoint, bracket, interval, rates }: SearchResult): void {
  expect(operatingPoint !== null).toBe(state === 'bracketed')
  for (const rate of rates) {
    if (rate.verdict === 'pass') expect(rate.ratePerSecond).toBeLessThanOrEqual(interval!.low)
  }
  if (operatingPoint === null) return
  const { low, high, confidence } = operatingPoint.interval
  expect(confidence).toBe(CONFIDENCE)
  expect(high / low).toBeLessThanOrEqual(LIMITS.narrow)
  expect(operatingPoint.ratePerSecond).toBeGreaterThanOrEqual(low)
  expect(operatingPoint.ratePerSecond).toBeLessThanOrEqual(high)
  expect(bracket.lastPass).toBeLessThanOrEqual(low)
  expect(bracket.firstFail).toBeGreaterThanOrEqual(high)
}

describe('against a simulated queue', { timeout: 120_000 }, () => {
  const server = {
    workers: 2,
    serviceSeconds: 0.005,
    targetSeconds: 0.1,
    patienceSeconds: 0.5,
    arrivals: 'poisson',
    horizonSeconds: 600,
  } as const
  const searches = (noise: Noise, seeds: number) =>
    Array.from({ length: seeds }, (_, i) =>
      searchQueue(new Queue({ ...server, law: 'exponential', noise, seed: i + 1 }), planFor(400, 0.1, 180)),
    )

  it('states an M/M/2’s operating point, 353.17/s by theory, without being misled', () => {
    const stated = searches('none', 12).flatMap(({ operatingPoint }) => operatingPoint ?? [])
    expect(stated.length).toBeGreaterThanOrEqual(11)
    const covering = stated.filter(({ interval }) => interval.low <= 353.17 && 353.17 <= interval.high)
    expect(covering.length).toBeGreaterThanOrEqual(stated.length - 2)
  })

  it('comes to the same place when the machine stands still for a second, once, while it locates', () => {
    const intervals = searches('one-stall', 12).map(({ interval }) => interval!)
    const holding = intervals.filter(({ low, high }) => low <= 353.17 && 353.17 <= high)
    expect(holding.length).toBeGreaterThanOrEqual(10)
  })

  it('states nothing about a server that stands still for 250 ms in every 10 s', () => {
    expect(searches('stall-every-10s', 6).filter(({ operatingPoint }) => operatingPoint !== null)).toEqual([])
  })
})
