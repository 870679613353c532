import { describe, expect, it } from 'vitest'
import { requestsToProve } from '../contracts/judge.ts'
import { scheduleSeconds } from '../contracts/schedule.ts'
import { FEWEST_PARTS } from './drift.ts'
import { LONGEST_HOLD_SECONDS, type ProfileRequest, scheduleOf } from './profiles.ts'
import type { Proof } from './proof.ts'

const target = { p99Ms: 100, errorRate: 0.001 }
const REQUEST: ProfileRequest = {
  profile: 'hold',
  ratePerSecond: null,
  durationSeconds: null,
  ordinaryPerSecond: 50,
  peakPerSecond: 1000,
  hourShape: [0.5, 0.5, 2, 1],
  peakSecondOverHour: 4,
  recoverySeconds: 30,
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
    expect(of({ profile: 'peak-day', durationSeconds: 5 }).compression).toBe(720)
    expect(of({ profile: 'spike' }).compression).toBeNull()
  })

  it('that is held until the rarest flow can be judged, but not for ever', () => {
    const shares = { list: 0.9, checkout: 0.1 }
    const [held] = of({ ratePerSecond: 200, shares }).segments
    expect(held?.seconds).toBeGreaterThanOrEqual(requestsToProve(target) / (200 * shares.checkout))
    expect(of({ ratePerSecond: 1, shares }).segments[0]?.seconds).toBe(LONGEST_HOLD_SECONDS)
    expect(of({ ratePerSecond: 1, shares, durationSeconds: 20 }).segments[0]?.seconds).toBe(20)
  })

  it('whose day and busiest second are as long as it takes to judge them', () => {
    const requests = ({ fromMs, toMs, ratePerSecond }: Proof) => (ratePerSecond * (toMs - fromMs)) / 1000
    for (const ratePerSecond of [20, 60, 400]) {
      const { proofs, windows } = of({ profile: 'peak-day', ratePerSecond })
      expect(proofs).toEqual(windows.map((window) => ({ ...window, tooRare: expect.anything() })))
      for (const proof of proofs.filter(({ tooRare }) => Object.keys(tooRare).length === 0))
        expect(requests(proof)).toBeGreaterThanOrEqual(requestsToProve(target))
      expect(proofs[1]?.tooRare).toEqual({})
    }
    const asked = of({ profile: 'peak-day', ratePerSecond: 60, durationSeconds: 5 })
    expect(asked.windows[0]?.toMs).toBe(20_000)
    expect(Object.keys(asked.proofs[0]?.tooRare ?? {})).toEqual(['list'])
  })

  it('that names whom it is too short for, and what it would take', () => {
    const shares = { list: 0.99, checkout: 0.01 }
    const [whole] = of({ profile: 'soak', shares }).proofs
    expect(whole).toMatchObject({ fromMs: 0, toMs: 900_000, ratePerSecond: 50 })
    expect(Object.keys(whole?.tooRare ?? {})).toEqual(['checkout'])
    const needed = whole?.tooRare.checkout ?? 0
    expect(needed).toBeGreaterThan(requestsToProve(target) / 0.5)
    expect(of({ profile: 'soak', shares, durationSeconds: Math.ceil(needed) }).proofs[0]?.tooRare).toEqual({})
    const noErrors = { list: { ...target, errorRate: 0 } }
    expect(of({ profile: 'soak', targets: noErrors }).proofs[0]?.tooRare).toEqual({ list: Number.POSITIVE_INFINITY })
    for (const profile of ['smoke', 'spike'] as const) expect(of({ profile }).proofs).toEqual([])
  })

  it('whose parts of a soak have a p99 each where a minute has none', () => {
    const targets = { search: { p99Ms: 500, errorRate: 0.01 } }
    const { windows, proofs } = of({ profile: 'soak', ratePerSecond: 2.5, shares: { search: 1 }, targets })
    expect(proofs[0]?.tooRare).toEqual({})
    expect(windows.length).toBeGreaterThanOrEqual(FEWEST_PARTS)
    for (const { fromMs, toMs } of windows) expect((2.5 * (toMs - fromMs)) / 1000).toBeGreaterThan(299)
    expect(windows.at(-1)?.toMs).toBe(900_000)
  })

  it('that watches for as long as the way back may take', () => {
    const watched = (recoverySeconds: number) => of({ profile: 'spike', recoverySeconds }).segments[2]?.seconds ?? 0
    expect(watched(30)).toBe(60)
    expect(watched(120)).toBeGreaterThan(120)
  })
})
