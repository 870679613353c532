import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { OUTCOME_OK } from '../contracts/journal.ts'
import { loadPlan } from '../plan/load-plan.ts'
import { resolvePlan } from '../plan/resolve-plan.ts'
import { type SimulatedRequest, type SimulatedSystem, simulatedRun } from './fixtures/simulated-run.ts'
import { loadOf } from './load.ts'
import { searchOperatingPoint } from './search-operating-point.ts'

const plan = resolvePlan(await loadPlan('plan.yaml'))
const mix = loadOf('mix', plan.plan)
const checkout = loadOf('checkout', plan.plan)
const SEARCH = { claimed: null, budgetSeconds: 190, warmUpPerSecond: 300 }
const SLOW_MS = 1500

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }))
afterEach(() => void vi.useRealTimers())

const right = { totalMs: 5, outcome: OUTCOME_OK }
/** In time up to a rate; above it every other is late. */
const upTo =
  (most: number) =>
  ({ ratePerSecond, nth }: SimulatedRequest) =>
    ratePerSecond > most && nth % 2 === 0 ? { ...right, totalMs: SLOW_MS } : right

const found = (
  system: SimulatedSystem,
  load = checkout,
  request: Partial<Parameters<typeof searchOperatingPoint>[1]> = {},
) => {
  const run = simulatedRun(load, plan, system)
  return { run, answer: searchOperatingPoint(run, { ...SEARCH, ...request }) }
}

describe('a mix', { timeout: 60_000 }, () => {
  it('of which 1 % of the checkouts fail is a FAIL that names them, though nobody asked for a rate', async () => {
    const inTime = upTo(260)
    const { answer } = found(
      {
        answer: (request) =>
          request.flow === 'checkout' && request.nth % 100 === 50
            ? { totalMs: 4, outcome: 'status 503' }
            : inTime(request),
      },
      mix,
      { claimed: { perSecond: 240, decides: false } },
    )
    const { verdict, reason, bracket } = await answer
    expect(verdict).toBe('FAIL')
    expect(reason).toMatch(/checkout had [\d.]+ % errors up to [\d.]+\/s, and 0\.1 % may be/)
    expect(bracket?.lastPass).toBeNull()
  })

  it('is INVALID while its rare flows have too few answers, and says of each what it would take', async () => {
    const { verdict, reason, operatingPoint } = await found({ answer: upTo(260) }, mix).answer
    expect(verdict).toBe('INVALID')
    expect(operatingPoint).toBeNull()
    expect(reason).toMatch(/not proven at [\d.]+\/s: .*search \([\d,]+ of [\d,]+ answers, [\d.]+ (min|s) more\)/)
    expect(reason).toMatch(/npm run load -- mix --load-seconds \d+ would probably end the search/)
  })

  it('passes once they are proven, where the time is given', async () => {
    const { run, answer } = found({ answer: upTo(260) }, mix, { budgetSeconds: 1200 })
    const { verdict, bracket } = await answer
    expect(verdict).toBe('PASS')
    expect(bracket?.lastPass).toBeGreaterThan(200)
    expect(bracket?.lastPass).toBeLessThan(260)
    const longest = Math.max(...run.steps.map(({ fromMs, toMs }) => toMs - fromMs))
    expect(longest).toBeGreaterThan(120_000)
  })
})

describe('work that piles up behind the answers', { timeout: 60_000 }, () => {
  const system: SimulatedSystem = { answer: upTo(260), backlogGrowth: (rate) => (rate > 100 ? 0.3 : 0) }

  it('keeps its rates from passing, whatever the answers say', async () => {
    const { run, answer } = found(system, checkout, { budgetSeconds: 300 })
    const { verdict, bracket, operatingPoint, reason } = await answer
    expect(run.steps.some(({ invalid }) => invalid.some(({ code }) => code === 'not-steady'))).toBe(true)
    expect([verdict, operatingPoint]).toEqual(['PASS', null])
    expect(bracket?.lastPass).toBeLessThanOrEqual(100)
    expect(reason).toContain('did not keep up with what it promised')
  })

  it('leaves a rate that was asked for undecided', async () => {
    const { answer } = found(system, checkout, { claimed: { perSecond: 150, decides: true } })
    expect((await answer).verdict).toBe('INVALID')
  })
})

describe('a system that answers nothing any more at some rate', { timeout: 60_000 }, () => {
  it.each([
    ['as no request ends', (_: SimulatedRequest) => null],
    ['as it refuses them all', () => ({ totalMs: 1, outcome: 'status 503' })],
  ])('is bracketed below it: %s', async (_, answerBeyond) => {
    const { run, answer } = found({ answer: (one) => (one.ratePerSecond > 200 ? answerBeyond(one) : right) })
    const { verdict, bracket } = await answer
    expect(verdict).toBe('PASS')
    expect(bracket?.lastPass).toBeGreaterThan(100)
    expect(bracket?.firstFail ?? 201).toBeGreaterThan(200)
    expect(Math.max(...run.steps.map(({ offeredPerSecond }) => offeredPerSecond))).toBeLessThan(300)
  })
})

describe('the rate that is asked for', { timeout: 60_000 }, () => {
  it('is held first, though the warm-up got through a fraction of it', async () => {
    const claimed = { perSecond: 400, decides: true }
    const { run, answer } = found({ answer: upTo(900) }, checkout, { claimed, warmUpPerSecond: 60 })
    const { verdict } = await answer
    expect(run.steps[0]).toMatchObject({ kind: 'measured', offeredPerSecond: 400 })
    expect(verdict).toBe('PASS')
  })

  it('is not offered where nobody asked and the system cannot carry it, nor beyond what a target may get', async () => {
    const { run: unasked, answer } = found({ answer: upTo(100) }, checkout, {
      claimed: { perSecond: 2000, decides: false },
      warmUpPerSecond: 60,
    })
    await answer
    expect(unasked.steps.every(({ offeredPerSecond }) => offeredPerSecond < 2000)).toBe(true)
    const spared = simulatedRun(checkout, plan, { answer: upTo(900) }, { maxRatePerSecond: 200 })
    const claimed = { perSecond: 400, decides: true }
    const { verdict, reason } = await searchOperatingPoint(spared, { ...SEARCH, claimed })
    expect(Math.max(...spared.steps.map(({ offeredPerSecond }) => offeredPerSecond))).toBeLessThanOrEqual(200.05)
    expect(verdict).toBe('INVALID')
    expect(reason).toContain('400/s, which is asked for, is more than may be offered')
  })
})

it('ends at once, INVALID, when the target is dead', async () => {
  const { run, answer } = found({ answer: () => ({ totalMs: 1, outcome: 'error: connection refused' }) })
  expect(await answer).toMatchObject({ verdict: 'INVALID', reason: expect.stringContaining('connection refused') })
  expect(run.steps).toHaveLength(1)
})
