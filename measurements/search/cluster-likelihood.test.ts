import { describe, expect, it } from 'vitest'
import { countedLogLikelihood, logBesselI1, logLikelihood } from './cluster-likelihood.ts'

describe('compound Poisson', () => {
  it('takes I₁ from the tables (Abramowitz & Stegun, table 9.8)', () => {
    expect(Math.exp(logBesselI1(1))).toBeCloseTo(0.5651591, 5)
    expect(Math.exp(logBesselI1(5))).toBeCloseTo(24.3356421, 3)
  })

  it('is a probability: no time over the target, and all times above, add to one', () => {
    const lateness = { expectedSeconds: 0.3, clusterSeconds: 0.4 }
    let mass = Math.exp(logLikelihood(0, lateness))
    const step = 1e-3
    for (let over = step / 2; over < 10; over += step) mass += step * Math.exp(logLikelihood(over, lateness))
    expect(mass).toBeCloseTo(1, 4)
  })

  it('is the sum over how many clusters there may have been', () => {
    const lateness = { expectedSeconds: 0.5, clusterSeconds: 0.4 }
    const over = 0.7
    let sum = 0
    let constant = 1
    for (let clusters = 1; clusters <= 60; clusters++) {
      // What countedLogLikelihood leaves out: S^(n-1) ÷ (n! (n-1)!).
      constant *= clusters === 1 ? 1 : over / (clusters * (clusters - 1))
      sum += constant * Math.exp(countedLogLikelihood(over, clusters, lateness))
    }
    expect(Math.log(sum)).toBeCloseTo(logLikelihood(over, lateness), 6)
  })
})
