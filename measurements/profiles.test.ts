import { describe, expect, it } from 'vitest'
import { secondsToProve } from '../contracts/judge.ts'
import { scheduleSeconds } from '../contracts/schedule.ts'
import { LONGEST_HOLD_SECONDS, type ProfileRequest, scheduleOf } from './profiles.ts'

const target = { p99Ms: 100, errorRate: 0.001 }
const REQUEST: ProfileRequest = {
  profile: 'hold',
  ratePerSecond: null,
  durationSeconds: null,
  ordinaryPerSecond: 50,
  peakPerSecond: 1000,
  hourShape: [0.5, 0.5, 2, 1],
  peakSecondOverHour: 4,
  shares: { list: 1 },
  targets: { list: target, checkout: target },
}
const of = (changes: Partial<ProfileRequest>) => scheduleOf({ ...REQUEST, ...changes })
const ratesOf = (changes: Partial<ProfileRequest>) => of(changes).segments.map(({ ratePerSecond }) => ratePerSecond)

describe('a profile is one schedule', () => {
  it.each([
    ['smoke: one low rate', { profile: 'smoke' }, [40]],
    ['hold: the ordinary rate', { profile: 'hold' }, [50]],
    ['hold: a given rate', { profile: 'hold', ratePerSecond: 200 }, [200]],
    ['peak-day: each hour and the busiest second', { profile: 'peak-day' }, [62.5, 62.5, 250, 125, 1000]],
    ['peak-day: scaled to a rate', { profile: 'peak-day', ratePerSecond: 80 }, [5, 5, 20, 10, 80]],
    ['spike: ordinary, spike, ordinary again', { profile: 'spike' }, [50, 1000, 50]],
    ['spike: to a given rate, from the same share', { profile: 'spike', ratePerSecond: 400 }, [20, 400, 20]],
    ['soak: one rate', { profile: 'soak', durationSeconds: 240 }, [50]],
  ] as const)('%s', (_, request, rates) => {
    expect(ratesOf(request)).toEqual(rates)
  })

  it('whose windows lie in it, one after the other', () => {
    for (const profile of ['smoke', 'hold', 'peak-day', 'spike', 'soak'] as const) {
      const { segments, windows } = of({ profile })
      let endMs = 0
      for (const { fromMs, toMs } of windows) {
        expect(fromMs).toBeGreaterThanOrEqual(endMs)
        expect(toMs).toBeGreaterThan(fromMs)
        endMs = toMs
      }
      expect(endMs).toBeLessThanOrEqual(scheduleSeconds(segments) * 1000)
    }
  })

  it('with a window a minute in a soak', () => {
    expect(of({ profile: 'soak', durationSeconds: 240 }).windows.map(({ toMs }) => toMs)).toEqual([
      60_000, 120_000, 180_000, 240_000,
    ])
  })

  it('that says how much faster its day is', () => {
    expect(of({ profile: 'peak-day' }).compression).toBe(720)
    expect(of({ profile: 'spike' }).compression).toBeNull()
  })

  it('that is held until the rarest flow can be judged, but not for ever', () => {
    const shares = { list: 0.9, checkout: 0.1 }
    const [held] = of({ ratePerSecond: 200, shares }).segments
    expect(held?.seconds).toBeGreaterThanOrEqual(secondsToProve(200, shares, REQUEST.targets))
    expect(of({ ratePerSecond: 1, shares }).segments[0]?.seconds).toBe(LONGEST_HOLD_SECONDS)
    expect(of({ ratePerSecond: 1, shares, durationSeconds: 20 }).segments[0]?.seconds).toBe(20)
  })
})
