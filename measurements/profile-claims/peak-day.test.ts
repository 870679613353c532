import { describe, expect, it } from 'vitest'
import { type Simulation, simulate } from '../fixtures/simulated-load.setup.ts'

const STRICT = { p99Ms: 100, errorRate: 0.001 }

/** Its busiest second at 60/s; two workers do 400. */
const peakDay = (changes: Partial<Simulation> = {}) =>
  simulate({
    profile: 'peak-day',
    ratePerSecond: 60,
    flows: { mine: STRICT },
    server: { workers: 2, serviceMs: 5, law: 'exponential' },
    ...changes,
  })

describe('a peak day', () => {
  it('passes where the day and its busiest second, as long as it takes, are proven', () => {
    const { answer, steps } = peakDay()
    expect(steps.map(({ judgement }) => judgement.outcome)).toEqual(['pass', 'pass'])
    expect(answer).toMatchObject({
      verdict: 'PASS',
      claim: { id: 'mine-on-the-peak-day', value: 0, target: 0, unit: 'missed-windows' },
    })
    expect(answer.claim?.claim).toMatch(/ and in its busiest second, 60\/s\.$/)
  })

  it('fails where its busiest second is more than the system can do', () => {
    const { answer, steps } = peakDay({ server: { workers: 1, serviceMs: 20, law: 'fixed' } })
    expect(steps.map(({ judgement }) => judgement.outcome)).toEqual(['pass', 'fail'])
    expect(answer).toMatchObject({ verdict: 'FAIL', claim: { value: 1 } })
  })

  it('proves nothing where the generator could not follow', () => {
    const { answer } = peakDay({ seen: (window) => (window === 1 ? { generatorCpu: 0.9 } : {}) })
    expect(answer).toMatchObject({ verdict: 'INVALID', claim: { value: 1 } })
    expect(answer.reason).toMatch(/^at 60\/s: generator-saturated: /)
  })

  it('judges the other flows of a mix, and says in which window whom it did not judge', () => {
    const { answer } = peakDay({ flows: { mine: STRICT, rare: STRICT }, weights: { mine: 0.95, rare: 0.05 } })
    expect(answer).toMatchObject({ verdict: 'PASS', claim: { value: 0 } })
    expect(answer.reason).toMatch(/; too rare to be judged: rare at [0-9.]+\/s; rare at 60\/s$/)
    expect(answer.claim?.claim).toMatch(/^mix \(without rare: too rare to be judged\) meets/)
  })
})
