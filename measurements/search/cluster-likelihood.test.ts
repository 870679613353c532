import { describe, expect, it } from 'vitest'
import { logBesselI1, logLikelihood } from './cluster-likelihood.ts'

describe('compound Poisson', () => {
  it('takes I₁ from the tables (Abramowitz & Stegun, table 9.8)', () => {
    expect(Math.exp(logBesselI1(1))).toBeCloseTo(0.5651591, 5)
    expect(Math.exp(logBesselI1(5))).toBeCloseTo(24.3356421, 3)
  })

  it('is a probability: no time over the target, and all times above, add to one', () => {
    const [expected, cluster] = [0.3, 0.4]
    let mass = Math.exp(logLikelihood(0, expected, cluster))
    const step = 1e-3
    for (let over = step / 2; over < 10; over += step) mass += step * Math.exp(logLikelihood(over, expected, cluster))
    expect(mass).toBeCloseTo(1, 4)
  })
})
