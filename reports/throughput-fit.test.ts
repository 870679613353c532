import { describe, expect, it } from 'vitest'
import type { Step } from '../contracts/measurement.ts'
import { stepFixture, uslClimbFixture, withServiceMean } from './fixtures/measurements.ts'
import { throughputFit } from './throughput-fit.ts'

const USL = { gamma: 95, alpha: 0.03, beta: 0.004 }

describe('the fitted curve', () => {
  it('finds the peak of steps that follow the law, by concurrency from Little’s law', () => {
    const { fit, fitReason } = throughputFit(uslClimbFixture('list', USL))
    expect(fitReason).toBeNull()
    expect(fit?.atConcurrency).toBeCloseTo(Math.sqrt((1 - USL.alpha) / USL.beta), 0)
    expect(fit?.atConcurrencyInterval?.low).toBeLessThanOrEqual(fit?.atConcurrency ?? 0)
    expect(fit?.curve.every(({ interval }) => interval !== null)).toBe(true)
  })

  it.each<readonly [string, readonly Step[], RegExp]>([
    ['too few steps', uslClimbFixture('list', USL).slice(0, 5), /needs 6/],
    [
      'invalid steps',
      uslClimbFixture('list', USL).map((step) => ({
        ...step,
        invalid: [{ code: 'machine-busy' as const, evidence: 'x' }],
      })),
      /needs 6/,
    ],
    ['a peak far beyond the steps', uslClimbFixture('list', USL, [1, 1.5, 2, 2.5, 3, 3.5, 4]), /beyond twice/],
    [
      'steps without a mean',
      [stepFixture({ flow: 'list', offeredPerSecond: 9 })].map((step) => withServiceMean(step, null)),
      /needs 6/,
    ],
  ])('is not drawn from %s, and says so', (_, steps, reason) => {
    expect(throughputFit(steps)).toMatchObject({ fit: null, fitReason: expect.stringMatching(reason) })
  })
})
