import { describe, expect, it } from 'vitest'
import { PROFILES } from '../contracts/measurement.ts'
import type { RatedOutcome } from '../contracts/operating-point.ts'
import { type SeriesRequest, type StepPlan, seriesOf } from './profiles.ts'

const REQUEST: SeriesRequest = {
  profile: 'hold',
  ratePerSecond: null,
  durationSeconds: null,
  warmUpPerSecond: 500,
  ordinaryPerSecond: 50,
  peakPerSecond: 1000,
  hourShape: [0.5, 0.5, 2, 1],
  peakSecondOverHour: 4,
}

function stepsOf(request: Partial<SeriesRequest>, outcome: RatedOutcome['outcome'] = 'pass'): readonly StepPlan[] {
  const series = seriesOf({ ...REQUEST, ...request })
  const steps: StepPlan[] = []
  for (let step = series([]); step !== null && steps.length < 50; ) {
    steps.push(step)
    step = series(steps.map(({ ratePerSecond }) => ({ ratePerSecond, outcome })))
  }
  return steps
}

const ratesOf = (request: Partial<SeriesRequest>) => stepsOf(request).map(({ ratePerSecond }) => ratePerSecond)

describe('seriesOf', () => {
  it.each([
    ['smoke: one low rate', { profile: 'smoke' }, [40]],
    ['hold: the ordinary rate, repeated', { profile: 'hold' }, [50, 50, 50]],
    ['hold: a given rate', { profile: 'hold', ratePerSecond: 200 }, [200, 200, 200]],
    ['peak-day: each hour and the busiest second', { profile: 'peak-day' }, [62.5, 62.5, 250, 125, 1000]],
    ['peak-day: scaled to a rate', { profile: 'peak-day', ratePerSecond: 80 }, [5, 5, 20, 10, 80]],
    ['spike: ordinary, spike, recovery', { profile: 'spike' }, [50, 1000, 50, 50]],
    ['spike: to a given rate, from the same share', { profile: 'spike', ratePerSecond: 400 }, [20, 400, 20, 20]],
    ['soak: minutes of one rate', { profile: 'soak', durationSeconds: 240 }, [50, 50, 50, 50]],
  ] as const)('%s', (_, request, rates) => {
    expect(ratesOf(request)).toEqual(rates)
  })

  it('starts a knee below what the warm-up got through, and climbs', () => {
    expect(ratesOf({ profile: 'knee', steps: 4 })).toEqual([200, 270, 364.5, 492.1])
  })

  it('holds every step long enough for its p99', () => {
    for (const profile of PROFILES) {
      for (const ratePerSecond of [3, 30, 3000]) {
        for (const step of stepsOf({ profile, ratePerSecond, durationSeconds: 2, steps: 5 })) {
          expect((step.holdSeconds - 1) * step.ratePerSecond).toBeGreaterThanOrEqual(299)
        }
      }
    }
  })

  it('does not search for a knee so low that a step would take minutes', () => {
    expect(stepsOf({ profile: 'knee', warmUpPerSecond: 20, durationSeconds: 5 }, 'fail')).toHaveLength(1)
  })
})
