import { describe, expect, it } from 'vitest'
import { scheduleOf } from './profiles.ts'
import { tooRareLines } from './too-rare-text.ts'

const target = { p99Ms: 100, errorRate: 0.001 }
const linesOf = (profile: 'hold' | 'soak' | 'peak-day' | 'spike', errorRate = target.errorRate) =>
  tooRareLines(
    profile,
    scheduleOf({
      profile,
      ratePerSecond: 20,
      durationSeconds: null,
      ordinaryPerSecond: 20,
      peakPerSecond: 600,
      hourShape: [1],
      peakSecondOverHour: 4,
      recoverySeconds: 30,
      shares: { mine: 0.99, rare: 0.01 },
      targets: { mine: target, rare: { ...target, errorRate } },
    }),
  )

describe('what a schedule is too short for', () => {
  it('is said before it is offered, with what it would take', () => {
    expect(linesOf('soak')).toEqual([
      'rare is too rare to be judged in 15 min at 20/s: it takes 263.3 min at this rate (--duration 264m); here only a failure of it counts',
    ])
    expect(linesOf('hold')[0]).toMatch(
      /^rare is too rare .* in 10 min at 20\/s: .*\(--duration 264m\), and less cannot pass$/,
    )
    expect(linesOf('peak-day').at(-1)).toMatch(
      /at 20\/s: it takes 263.3 min at this rate; here only a failure of it counts$/,
    )
    expect(linesOf('soak', 0)[0]).toMatch(/: no number of requests proves an error rate of 0$/)
    expect(linesOf('spike')).toEqual([])
  })
})
