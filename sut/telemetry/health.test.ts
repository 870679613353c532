import { describe, expect, it } from 'vitest'
import { healthOf } from './health.ts'

const up = async () => {}
const down = async () => Promise.reject(new Error('gone'))

describe('health', () => {
  it.each([
    ['ok', up, up],
    ['degraded', up, down],
    ['unavailable', down, up],
    ['unavailable', down, down],
  ] as const)('is %s', async (status, vital, other) => {
    const health = healthOf(() => [
      { name: 'mysql', vital: true, check: vital },
      { name: 'redis', vital: false, check: other },
    ])
    expect((await health()).status).toBe(status)
  })

  it('counts a check that does not answer as down', async () => {
    const health = healthOf(() => [{ name: 'redis', vital: false, check: () => new Promise(() => {}) }])
    expect(await health()).toEqual({ status: 'degraded', checks: { redis: 'down' } })
  })

  it('asks once for many who ask at the same time', async () => {
    let asked = 0
    const health = healthOf(() => [{ name: 'mysql', vital: true, check: async () => void asked++ }])
    await Promise.all(Array.from({ length: 50 }, health))
    expect(asked).toBe(1)
  })
})
