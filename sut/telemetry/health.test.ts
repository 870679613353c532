import { describe, expect, it } from 'vitest'
import { healthOf } from './health.ts'
import { Metrics } from './metrics.ts'

const up = async () => {}
const down = async () => Promise.reject(new Error('gone'))

describe('health', () => {
  it.each([
    ['ok', up, up],
    ['degraded', up, down],
    ['unavailable', down, up],
    ['unavailable', down, down],
  ] as const)('is %s', async (status, vital, other) => {
    const health = healthOf(
      () => [
        { name: 'mysql', vital: true, check: vital },
        { name: 'redis', vital: false, check: other },
      ],
      new Metrics(),
    )
    expect((await health()).status).toBe(status)
  })

  it('counts a check that does not answer as down', async () => {
    const metrics = new Metrics()
    const health = healthOf(() => [{ name: 'redis', vital: false, check: () => new Promise(() => {}) }], metrics)
    expect(await health()).toEqual({ status: 'degraded', checks: { redis: 'down' } })
    expect(await metrics.registry.metrics()).toContain('headroom_dependency_up{name="redis"} 0')
  })

  it.each([
    [up, down],
    [down, up],
  ])('says of two connections to one store how the worse one is', async (one, other) => {
    const checks = [one, other].map((check) => ({ name: 'streams', vital: false, check }))
    const health = healthOf(() => checks, new Metrics())
    expect(await health()).toEqual({ status: 'degraded', checks: { streams: 'down' } })
  })

  it('asks once for many who ask at the same time', async () => {
    let asked = 0
    const health = healthOf(() => [{ name: 'mysql', vital: true, check: async () => void asked++ }], new Metrics())
    await Promise.all(Array.from({ length: 50 }, health))
    expect(asked).toBe(1)
  })
})
