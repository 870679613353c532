import { describe, expect, it } from 'vitest'
import { allShares } from '../contracts/share.ts'
import { addressSettings } from '../measurements/k6-settings.ts'
import { k6Options } from '../scenarios/load-profile.ts'
import { parseSettings } from '../scenarios/parse-settings.ts'
import { refuseAboveCeiling } from './rate-ceiling.ts'

const HOST = 'shop.example.com'

const isTaken = (maxRatePerSecond: number | undefined, generators: number, rate?: number): boolean => {
  try {
    const allowed = { host: HOST, ...(maxRatePerSecond === undefined ? {} : { maxRatePerSecond }) }
    refuseAboveCeiling({ generators, ...(rate === undefined ? {} : { rate }) }, allowed)
    return true
  } catch {
    return false
  }
}

/** What k6 is told, of a process of n. */
function rpsOf(maxRatePerSecond: number, of: number): number | undefined {
  const target = { baseUrl: `http://${HOST}`, address: '192.0.2.7', maxRatePerSecond, jwtSecret: '', processes: [] }
  const settings = addressSettings(target, { shares: allShares(of).slice(0, 1), isGated: of > 1 })
  return k6Options(parseSettings({ JWT_SECRET: 'x', RATE: '1000', ...settings }, {})).rps ?? undefined
}

describe('the ceiling of a target’s rate', () => {
  it('is kept by all generators together: no set of them that is taken may send more', () => {
    for (const ceiling of [1, 1.5, 3, 10, 99.9, 100]) {
      for (const generators of [1, 2, 3, 7, 10, 20, 64]) {
        if (isTaken(ceiling, generators))
          expect(generators * (rpsOf(ceiling, generators) ?? Number.NaN)).toBeLessThanOrEqual(ceiling)
        else expect(generators).toBeGreaterThan(ceiling)
      }
    }
    expect([isTaken(10, 10), isTaken(10, 11), isTaken(0.5, 1), isTaken(undefined, 64)]).toEqual([
      true,
      false,
      false,
      true,
    ])
  })

  it('is no rate for k6 below one request a second, which it would take for none', () => {
    expect(() => rpsOf(0.5, 1)).toThrow(/MAX_RATE 0.5: want 1 or more/)
  })

  it('is told to whoever asks for more', () => {
    expect([isTaken(100, 1, 100), isTaken(100, 1, 101), isTaken(undefined, 1, 1e6)]).toEqual([true, false, true])
    const refused = () => refuseAboveCeiling({ generators: 20 }, { host: HOST, maxRatePerSecond: 10 })
    expect(refused).toThrow(`20 generators send more than ${HOST} may get`)
  })
})
