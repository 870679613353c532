import { describe, expect, it } from 'vitest'
import { OUTCOME_LEFT_OVER } from '../../contracts/journal.ts'
import { type Simulation, simulate, slower } from '../fixtures/simulated-load.setup.ts'

/** 20/s, 600/s for 15 s, 20/s for a minute: 10 200 requests. */
const SPIKE = {
  profile: 'spike',
  flows: { mine: { p99Ms: 100, errorRate: 0.001, ordinaryPerSecond: 20, peakPerSecond: 600 } },
} as const
const fixed = (workers: number, serviceMs: number) => ({ workers, serviceMs, law: 'fixed' }) as const
const spikeOn = (workers: number, serviceMs: number, changes: Partial<Simulation> = {}) =>
  simulate({ ...SPIKE, server: fixed(workers, serviceMs), ...changes })

describe('a spike', () => {
  it('that the system carries is over at once', () => {
    const { answer } = spikeOn(8, 10)
    expect(answer).toMatchObject({
      verdict: 'PASS',
      reason: 'back after 0 s; the spike itself was carried',
      claim: { id: 'mine-recovers-from-a-spike', value: 0, target: 30 },
    })
  })

  it('that leaves a queue behind is over when the queue is', () => {
    // 15 s × 350/s too many, worked off at 230/s.
    const { answer, steps } = spikeOn(1, 4)
    expect(answer.verdict).toBe('PASS')
    expect(answer.claim?.value).toBeGreaterThan(15)
    expect(answer.claim?.value).toBeLessThan(30)
    expect(answer.reason).toMatch(
      /^back after [0-9]+ s; during the spike, at 600\/s: mine had [0-9]+ % of its answers over/,
    )
    expect(steps[1]?.judgement.outcome).toBe('fail')
  })

  it('that is over too late fails, and says what was allowed', () => {
    const { answer } = spikeOn(1, 4, { plan: { recoverySeconds: 10 } })
    expect(answer).toMatchObject({ verdict: 'FAIL', claim: { target: 10 } })
    expect(answer.claim?.value).toBeGreaterThan(10)
    expect(answer.reason).toMatch(/^back after [0-9]+ s; 10 s are allowed; /)
  })

  it('that is never over fails although nothing that was due after it could be sent', () => {
    const { answer, steps, entries } = spikeOn(1, 10)
    const after = steps[2]
    expect(entries.filter(({ outcome }) => outcome === OUTCOME_LEFT_OVER).length).toBeGreaterThan(1200)
    expect(after?.goodPerSecond).toBe(0)
    expect(after?.flows.mine).toMatchObject({ iterations: 1200, answered: 0, errors: 1200 })
    expect(answer).toMatchObject({ verdict: 'FAIL', claim: { value: null } })
    expect(answer.reason).toMatch(
      /^not back within the 60 s that were watched; 30 s are allowed; after the spike, at 20\/s: mine had 100 % errors/,
    )
  })

  it('after which nothing is answered any more fails: to be dead ever after is no excuse', () => {
    const { answer, steps } = spikeOn(8, 10, {
      spoil: (entry, atMs) =>
        atMs < 40_000 ? entry : { ...entry, totalMs: 10_000, outcome: 'error: request timeout' },
    })
    expect(steps[2]?.flows.mine?.answered).toBe(0)
    expect(answer).toMatchObject({ verdict: 'FAIL', claim: { value: null } })
  })

  it('that leaves a backlog behind the answers is over when that is done', () => {
    const backlog = Array.from({ length: 200 }, (_, second) => ({ atMs: second * 1000, value: second < 95 ? 0.2 : 30 }))
    expect(spikeOn(8, 10, { backlog }).answer).toMatchObject({ verdict: 'FAIL', claim: { value: null } })
  })

  it('of which the generator was the cause proves nothing, whichever part it spoilt', () => {
    for (const spoilt of [0, 1, 2]) {
      const seen = (window: number) => (window === spoilt ? { generatorCpu: 0.9 } : {})
      for (const serviceMs of [1, 10]) {
        const { answer } = spikeOn(1, serviceMs, { seen })
        expect(answer).toMatchObject({ verdict: 'INVALID', claim: { value: null, evidence: 'unknown' } })
        expect(answer.reason).toMatch(/generator-saturated/)
      }
    }
    const found = [{ code: 'generator-failed', evidence: 'k6 was killed' }] as const
    expect(spikeOn(1, 10, { found }).answer.verdict).toBe('INVALID')
  })

  it('on a system that was slow before it proves nothing', () => {
    const { answer } = spikeOn(8, 10, { spoil: (entry) => slower(entry, 500) })
    expect(answer.verdict).toBe('INVALID')
    expect(answer.reason).toMatch(/^it did not meet its targets before the spike: /)
  })

  it('names the flows of a mix that nobody asked for afterwards', () => {
    const target = { p99Ms: 100, errorRate: 0.001, ordinaryPerSecond: 20, peakPerSecond: 600 }
    const { answer } = spikeOn(8, 10, { flows: { mine: target, rare: target }, weights: { mine: 1, rare: 1e-5 } })
    expect(answer).toMatchObject({
      verdict: 'PASS',
      reason: expect.stringMatching(/; not asked for after the spike: rare$/),
    })
  })
})
