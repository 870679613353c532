import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BLOCK_SECONDS } from '../../contracts/measurement.ts'
import { planFor, searchQueue } from './bench/current-search.ts'
import type { Noise } from './bench/noise.ts'
import { Queue } from './bench/queue.ts'
import { type Block, type Hold, isOver } from './hold.ts'
import { type HoldAction, loadSeconds, nextAction } from './next-action.ts'
import { CONFIDENCE } from './rate-curve.ts'
import { LIMITS } from './search-limits.ts'
import type { SearchPlan } from './search-plan.ts'
import type { SearchResult } from './search-result.ts'

const PLAN: SearchPlan = { ...planFor(400, 0.1, 240), claimRatePerSecond: 40 }

interface Answering {
  readonly share?: (rate: number, flow: string) => number
  readonly errorRate?: (rate: number, nth: number, flow: string) => number
  readonly invalid?: (action: HoldAction, nth: number) => readonly string[]
  readonly isSustained?: (rate: number) => boolean
}

/** A system without chance: late from 300/s on. What is not whole in one block is so in a later one. */
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
    const { ratePerSecond, purpose } = action
    const counts = new Map<string, number>()
    const whole = (what: string, expected: number): number => {
      const before = counts.get(what) ?? 0
      counts.set(what, before + expected)
      return Math.floor(before + expected + 1e-9) - Math.floor(before + 1e-9)
    }
    while (!isOver({ blocks }, action.blocks)) {
      const invalid = answering.invalid?.(action, actions.length) ?? []
      const flows = Object.entries(plan.flows).map(([flow, target]) => {
        const answered = whole(flow, ratePerSecond * target.share * BLOCK_SECONDS)
        const errors = whole(
          `${flow} wrong`,
          answered * (answering.errorRate?.(ratePerSecond, actions.length, flow) ?? 0),
        )
        const overTarget = whole(`${flow} late`, (answered - errors) * share(ratePerSecond, flow))
        return [flow, { answered, overTarget, clusters: Math.min(1, overTarget), errors }] as const
      })
      blocks.push({ flows: Object.fromEntries(flows), invalid })
    }
    holds.push({ purpose, ratePerSecond, blocks, isSustained: answering.isSustained?.(ratePerSecond) ?? true })
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

  it('does not leap: up to what the system was thought to carry by 1.35 ×, beyond it at most to twice the highest rate', () => {
    const { actions } = search({ ...PLAN, startRatePerSecond: 20 })
    const rates = actions.filter(({ purpose }) => purpose !== 'claim').map(({ ratePerSecond }) => ratePerSecond)
    rates.slice(1).forEach((rate, i) => {
      const highest = Math.max(...rates.slice(0, i + 1))
      const factor = highest < 2 * 20 ? LIMITS.stepFactor : LIMITS.climbFactor
      expect(rate).toBeLessThanOrEqual(highest * factor + 0.1)
    })
  })

  it('climbs by probes, doubling, to many times what the warm-up got through, and confirms there', () => {
    const late = (rate: number) => (rate < 2900 ? 0 : Math.min(1, 0.01 * Math.exp((rate - 3000) / 60)))
    const plan = { ...PLAN, claimRatePerSecond: null, startRatePerSecond: 80, highestRatePerSecond: 6000 }
    const { actions, result } = search(plan, { share: late })
    const climb = actions.slice(
      0,
      actions.findIndex(({ ratePerSecond }) => ratePerSecond > 3000),
    )
    expect(climb.every(({ purpose }) => purpose === 'probe')).toBe(true)
    expect(climb.length).toBeLessThanOrEqual(9)
    expect(result.state).toBe('bracketed')
    expect(Math.abs((result.operatingPoint?.ratePerSecond ?? 0) / 3000 - 1)).toBeLessThan(0.05)
  })

  it('goes on above a claim that is met with ease, and climbs to one that is far too much', () => {
    const { actions: met } = search({ ...PLAN, claimRatePerSecond: 250, startRatePerSecond: 20 })
    expect(met[1]).toMatchObject({ purpose: 'probe', ratePerSecond: 500 })
    const { actions, result } = search({ ...PLAN, claimRatePerSecond: 5000, startRatePerSecond: 20 })
    expect(actions[0]).toMatchObject({ purpose: 'claim', ratePerSecond: 5000 })
    expect(actions[1]).toMatchObject({ purpose: 'probe', ratePerSecond: 20 })
    expect(result.claim?.verdict).toBe('fail')
    expect(result.bracket.lastPass).toBeGreaterThan(150)
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

describe('what is not sustained', () => {
  it('passes neither there nor above, however fast the answers are, and the search goes on below', () => {
    const { result, actions } = search({ ...PLAN, claimRatePerSecond: 150 }, { isSustained: (rate) => rate < 100 })
    expect(result).toMatchObject({ state: 'undecided', reason: 'not-sustained', operatingPoint: null })
    expect(result.claim).toMatchObject({ verdict: 'undecided', reason: 'not-sustained' })
    expect(result.bracket.lastPass).toBeLessThan(100)
    expect(result.bracket.lastPass).toBeGreaterThan(50)
    expect(result.interval?.low).toBe(result.bracket.lastPass)
    expect(actions.filter(({ ratePerSecond, purpose }) => purpose === 'confirm' && ratePerSecond < 100)).not.toEqual([])
  })

  it('above the operating point takes nothing from it', () => {
    const { result } = search(PLAN, { isSustained: (rate) => rate < 305 })
    expect(result.state).toBe('bracketed')
  })

  it('is not seen by a probe, so that probes alone pass nothing', () => {
    const { result, actions } = search({ ...PLAN, claimRatePerSecond: null, budgetSeconds: 35 })
    expect(actions.every(({ purpose }) => purpose === 'probe')).toBe(true)
    expect(result.bracket.lastPass).toBeNull()
  })
})

describe('a mix', () => {
  const own = { targetSeconds: 0.1, errorRateTarget: 0.001 }
  const flows = {
    list: { ...own, share: 0.97 },
    checkout: { ...own, share: 0.025 },
    search: { ...own, share: 0.005, errorRateTarget: 0.01 },
  }
  const MIX = { ...PLAN, flows, claimRatePerSecond: null }
  const failingCheckouts = (_: number, __: number, flow: string) => (flow === 'checkout' ? 0.01 : 0)

  it('of which one flow fails 1 % of its requests at every rate is refused for it, whatever another may fail', () => {
    const { result } = search(MIX, { errorRate: failingCheckouts })
    expect(result).toMatchObject({ state: 'refused', reason: 'errors', operatingPoint: null })
    expect(result.failing).toMatchObject({ flow: 'checkout', by: 'errors', targetShare: 0.001 })
    expect(result.bracket.lastPass).toBeNull()
  })

  it('holds each flow against its own target: half of what search may fail refuses nothing', () => {
    const { result } = search(MIX, { errorRate: (_, __, flow) => (flow === 'search' ? 0.005 : 0) })
    expect(result.failing?.by).not.toBe('errors')
    expect(result.state).not.toBe('refused')
  })

  it('ends where its first flow does', () => {
    const { result } = search(
      { ...MIX, budgetSeconds: 900 },
      {
        share: (rate, flow) => (flow === 'checkout' && rate > 200 ? Math.min(1, 0.01 * Math.exp((rate - 220) / 8)) : 0),
      },
    )
    expect(result.failing).toMatchObject({ flow: 'checkout', by: 'slow' })
    expect(result.interval?.low).toBeLessThan(220)
    expect(result.interval?.high).toBeGreaterThan(220)
    expect(result.interval?.high).toBeLessThan(290)
  })

  it('does not pass for a flow of which there are too few answers, and says what it would take', () => {
    const { result } = search(MIX)
    expect(result).toMatchObject({ state: 'undecided', operatingPoint: null })
    expect(result.bracket.lastPass).toBeNull()
    const flowsLeft = result.unproven?.flows ?? []
    expect(flowsLeft.map(({ flow }) => flow)).toEqual(['checkout', 'search'])
    for (const { missingSeconds } of flowsLeft) expect(missingSeconds).toBeGreaterThan(0)
    expect(result.neededSeconds).toBeGreaterThan(MIX.budgetSeconds)
  })

  it('is held until its rarest flow is proven where that can be paid, and then passes', () => {
    const { result: short } = search(MIX)
    const { result, actions } = search({ ...MIX, budgetSeconds: short.neededSeconds! * 1.05 })
    expect(actions.at(-1)?.purpose).toBe('prove')
    expect(actions.at(-1)?.blocks).toBeGreaterThan(LIMITS.confirmBlocks)
    expect(result).toMatchObject({ state: 'bracketed', unproven: null })
    expect(result.bracket.lastPass).toBeGreaterThan(250)
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
    expect(result).toMatchObject({ reason: 'disturbed', operatingPoint: null })
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

  it('alone at some rate, not one answer right, end the hold and not the search', () => {
    const { result, holds } = search(PLAN, { errorRate: (rate) => (rate > 200 ? 1 : 0) })
    const dead = holds.filter(({ ratePerSecond }) => ratePerSecond > 200)
    expect(dead.every(({ blocks }) => blocks.length === 1)).toBe(true)
    expect(result.bracket.firstFail).toBeGreaterThan(200)
    expect(result.bracket.lastPass).toBeGreaterThan(100)
    expect(result.state).not.toBe('refused')
  })

  it('from overload say nothing of the rates below it', () => {
    const overload = (rate: number) => (rate > 400 ? 0.6 : 0)
    const { result } = search(
      { ...PLAN, claimRatePerSecond: 800 },
      { errorRate: overload, share: (rate) => (rate < 300 ? 0 : Math.min(1, 0.01 * Math.exp((rate - 300) / 10))) },
    )
    expect(result.state).toBe('bracketed')
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

  it('takes a gap between the highest rate in time and the lowest late one for no disagreement', () => {
    const wide = { ...server, workers: 32, serviceSeconds: 0.04, targetSeconds: 0.8, patienceSeconds: 4 }
    const plan = { ...planFor(800, 0.8, 260), startRatePerSecond: 80 }
    for (const seed of [1, 2, 3]) {
      const queue = new Queue({ ...wide, law: 'fixed', noise: 'none', seed })
      expect(searchQueue(queue, plan).state).not.toBe('refused')
    }
  })

  it('does not refuse for the errors of a server that a neighbour slows down unseen', () => {
    const states = searches('neighbour-unseen', 8).map(({ reason }) => reason)
    expect(states).not.toContain('errors')
  })

  it('states nothing about a server that stands still for 250 ms in every 10 s', () => {
    expect(searches('stall-every-10s', 6).filter(({ operatingPoint }) => operatingPoint !== null)).toEqual([])
  })
})
