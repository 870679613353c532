import { describe, expect, it } from 'vitest'
import { Refusal } from '../contracts/refusal.ts'
import { generatorPlan, parseGeneratorShare, parseStartAt, type SharedLoad, type ShareOptions } from './load-share.ts'

const NOW_MS = Date.parse('2026-11-25T22:00:00Z')
const LOAD: SharedLoad = {
  flow: 'checkout',
  planHash: 'a-plan',
  targets: { p99Ms: 150, errorRate: 0.001 },
  scriptHash: null,
  protection: 'plain',
}
const SHARE: ShareOptions = {
  profile: 'hold',
  arrivals: 'poisson',
  rate: 200,
  generators: 1,
  generator: { index: 1, of: 4 },
  startAt: new Date(NOW_MS + 60_000),
}
const planOf = (changes: Partial<ShareOptions>, load: Partial<SharedLoad> = {}) =>
  generatorPlan({ ...LOAD, ...load }, { ...SHARE, ...changes }, NOW_MS)
const without = (name: keyof ShareOptions) => {
  const { [name]: _, ...rest } = SHARE
  return rest as ShareOptions
}

function whyOf(make: () => unknown): string {
  try {
    make()
  } catch (error) {
    if (error instanceof Refusal) return error.why.join('; ')
  }
  return 'taken'
}

describe('a share of a load', () => {
  it('is named by everything that decides its requests, and by nothing else', () => {
    const { joint } = planOf({})
    expect(planOf({ generator: { index: 3, of: 4 } }).joint).toEqual(joint)
    for (const change of [
      { rate: 201 },
      { profile: 'soak' },
      { arrivals: 'even' },
      { duration: 30 },
      { generator: { index: 1, of: 5 } },
      { startAt: new Date(NOW_MS + 61_000) },
    ] as const) {
      expect(planOf(change).joint?.workloadId).not.toBe(joint?.workloadId)
    }
    for (const change of [
      { flow: 'list' },
      { planHash: 'another' },
      { targets: { p99Ms: 151, errorRate: 0.001 } },
      { targets: { p99Ms: 150, errorRate: 0.01 } },
      { scriptHash: 'of a script' },
      { protection: 'signed' },
    ] as const) {
      expect(planOf({}, change).joint?.workloadId).not.toBe(joint?.workloadId)
    }
    // Part of every Idempotency-Key.
    expect(joint?.workloadId).toMatch(/^[A-Za-z0-9_-]{6,40}$/)
  })

  it('is refused where it cannot be one, with a command that can', () => {
    expect(whyOf(() => planOf({ profile: 'knee' }))).toMatch(/search decides each rate/)
    expect(whyOf(() => planOf({ generators: 2 }))).toMatch(/--generators splits/)
    expect(whyOf(() => planOf({ startAt: new Date(NOW_MS + 10_000) }))).toMatch(/is 10 s ahead; .* 45 s ahead/)
    expect(whyOf(() => planOf({ startAt: new Date(NOW_MS - 10_000) }))).toMatch(/is 10 s ago/)
    expect(whyOf(() => planOf({ startAt: new Date(NOW_MS + 1e9) }))).toMatch(/more than a day/)
    expect(whyOf(() => generatorPlan(LOAD, without('generator'), NOW_MS))).toMatch(/goes with --generator/)
    expect(whyOf(() => generatorPlan(LOAD, without('startAt'), NOW_MS))).toMatch(/goes with --start-at/)
  })

  it('leaves a load alone that is not shared', () => {
    const { generator: _, startAt: __, ...alone } = SHARE
    expect(generatorPlan(LOAD, { ...alone, profile: 'knee', generators: 3 }, NOW_MS)).toEqual({
      shares: [0, 1, 2].map((index) => ({ index, of: 3 })),
      joint: null,
    })
  })

  it('reads a share and a time with its zone, and nothing that machines could read differently', () => {
    expect(parseGeneratorShare('2/4')).toEqual({ index: 1, of: 4 })
    expect(parseStartAt('2026-11-25T23:00:00+01:00').getTime()).toBe(NOW_MS)
    for (const text of ['2026-11-25T22:00:00', '22:00', 'tomorrow', '2026-13-25T22:00:00Z']) {
      expect(() => parseStartAt(text)).toThrow(/zone/)
    }
    expect(() => parseGeneratorShare('5/4')).toThrow(/2\/4/)
  })
})
