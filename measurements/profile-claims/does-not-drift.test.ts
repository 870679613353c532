import { describe, expect, it } from 'vitest'
import { type Simulation, simulate, slower } from '../fixtures/simulated-load.setup.ts'

const STRICT = { p99Ms: 100, errorRate: 0.001 }
const MINUTE_MS = 60_000

/** 15 minutes of two workers, exponential, 5 ms each: at 20/s each answer takes about as long as its service. */
const soak = (changes: Partial<Simulation> = {}) =>
  simulate({
    profile: 'soak',
    ratePerSecond: 20,
    flows: { mine: STRICT },
    server: { workers: 2, serviceMs: 5, law: 'exponential' },
    ...changes,
  })

const slowFrom =
  (fromMs: number, toMs: number, totalMs = 500): Simulation['spoil'] =>
  (entry, atMs) =>
    atMs >= fromMs && atMs < toMs ? slower(entry, totalMs) : entry

describe('a soak', () => {
  it('is judged as one, where no minute could prove its targets alone', () => {
    const { answer, steps } = soak()
    expect(steps.map(({ judgement }) => judgement.outcome)).toEqual(steps.map(() => 'undecided'))
    expect(steps).toHaveLength(15)
    expect(answer).toMatchObject({
      verdict: 'PASS',
      reason: 'every flow met its targets at 20/s',
      claim: { id: 'mine-does-not-drift', target: 0.25 },
    })
    expect(answer.claim?.claim).toMatch(/^Over 15 min at 20\/s, mine meets its targets, /)
  })

  it('sees whether a p99 grows, at the rate of the plan’s search', () => {
    const flows = { mine: { p99Ms: 500, errorRate: 0.01 } }
    const steady = soak({ ratePerSecond: 2.5, flows })
    expect(steady.answer.verdict).toBe('PASS')
    expect(steady.answer.claim?.value).not.toBeNull()
    const growing = soak({
      ratePerSecond: 2.5,
      flows,
      spoil: (entry, atMs) => slower(entry, 50 + Math.max(0, atMs) / 5_000),
    })
    expect(growing.answer.verdict).toBe('FAIL')
    expect(growing.answer.reason).toMatch(/^grew: p99 of mine \+[0-9]+ %$/)
  })

  it('fails for a share of errors that only the whole proves', () => {
    const { answer, steps } = soak({
      spoil: (entry) => (entry.iteration % 400 === 0 ? { ...entry, outcome: 'status 503' } : entry),
    })
    expect(steps.map(({ judgement }) => judgement.outcome)).toEqual(steps.map(() => 'undecided'))
    expect(answer.verdict).toBe('FAIL')
    expect(answer.reason).toMatch(/^at 20\/s: mine had 0.25 % errors/)
  })

  it('fails for a minute that fails by itself, and says when', () => {
    const { answer } = soak({ ratePerSecond: 50, spoil: slowFrom(4 * MINUTE_MS, 5 * MINUTE_MS) })
    expect(answer.verdict).toBe('FAIL')
    expect(answer.reason).toMatch(/^from 4 min to 5 min, at 50\/s: mine had 100 % of its answers over the p99 target/)
  })

  it('proves nothing where what came from outside may have made it fail, and passes in spite of it', () => {
    const seen = (window: number) => (window === 4 ? { otherCpu: 0.9 } : {})
    const spoilt = soak({ ratePerSecond: 50, seen, spoil: slowFrom(4 * MINUTE_MS, 5 * MINUTE_MS) })
    expect(spoilt.answer.verdict).toBe('INVALID')
    expect(spoilt.answer.reason).toMatch(/^from 4 min to 5 min, at 50\/s: machine-busy: /)
    const moment = slowFrom(4 * MINUTE_MS, 4 * MINUTE_MS + 2000)
    const once = soak({ seen, spoil: moment })
    expect(once.steps[4]?.invalid.map(({ code }) => code)).toEqual(['machine-busy'])
    expect(once.answer.verdict).toBe('PASS')
  })

  it('proves nothing of a flow that is too rare for its time, and nothing where k6 failed', () => {
    const { answer } = soak({ ratePerSecond: 1 })
    expect(answer.verdict).toBe('INVALID')
    expect(answer.reason).toMatch(/mine is not proven: it may have up to .* errors/)
    const found = [{ code: 'generator-failed', evidence: 'k6 was killed' }] as const
    expect(soak({ found }).answer).toMatchObject({
      verdict: 'INVALID',
      reason: expect.stringMatching(/generator-failed/),
    })
  })

  it('judges the other flows of a mix, and says whom it did not judge', () => {
    const rare = { flows: { mine: STRICT, rare: STRICT }, weights: { mine: 0.99, rare: 0.01 } }
    const { answer } = soak(rare)
    expect(answer).toMatchObject({
      verdict: 'PASS',
      reason: 'every flow that could be judged met its targets at 20/s; too rare to be judged: rare at 20/s',
    })
    expect(answer.claim?.claim).toMatch(/mix \(without rare: too rare to be judged\) meets its targets/)
    const wrong = soak({
      ...rare,
      spoil: (entry) => (entry.flow === 'rare' ? { ...entry, outcome: 'status 503' } : entry),
    })
    expect(wrong.answer.verdict).toBe('FAIL')
    expect(wrong.answer.reason).toMatch(/rare had 100 % errors/)
  })
})
