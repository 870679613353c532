import { describe, expect, it } from 'vitest'
import { loadPlan } from './load-plan.ts'
import { resolvePlan } from './resolve-plan.ts'
import { seedVolume } from './seed-volume.ts'

const plan = await loadPlan(new URL('../plan.yaml', import.meta.url).pathname)
const HOUR_MS = 3_600_000

describe('seedVolume', () => {
  it('has the plan’s rows at the horizon, and the limit in a full table', () => {
    const volume = seedVolume(plan, 3)
    expect(volume.rowsByTable).toEqual(resolvePlan(plan).rowsByTable)
    expect(volume.fullTableRows).toBe(plan.rowsPerTableLimit)
  })

  it('puts history before the start of the plan, hour by hour', () => {
    const { startMs, endMs, cumulativeOrdersByHour: curve } = seedVolume(plan, 3)
    expect(new Date(startMs).toISOString()).toBe('2023-01-01T00:00:00.000Z')
    expect(new Date(endMs).toISOString()).toBe('2026-01-01T00:00:00.000Z')
    expect(curve).toHaveLength((endMs - startMs) / HOUR_MS)
    expect(curve.every((total, hour) => total >= (curve[hour - 1] ?? 0))).toBe(true)
  })

  it('has its busiest day on the last 11.11 of the history', () => {
    const { startMs, cumulativeOrdersByHour: curve } = seedVolume(plan, 3)
    const days = Array.from(
      { length: curve.length / 24 },
      (_, day) => (curve[24 * day + 23] ?? 0) - (curve[24 * day - 1] ?? 0),
    )
    const busiest = days.indexOf(Math.max(...days))
    expect(new Date(startMs + busiest * 24 * HOUR_MS).toISOString().slice(0, 10)).toBe('2025-11-11')
  })

  it('is of the same rows by another law of the load', () => {
    expect(seedVolume({ ...plan, recencyExponent: 7 }, 3).planHash).toBe(seedVolume(plan, 3).planHash)
  })

  it('shrinks with the years asked for', () => {
    const [one, three] = [seedVolume(plan, 1), seedVolume(plan, 3)]
    const sum = (rows: readonly number[]) => rows.reduce((a, b) => a + b, 0)
    expect(sum(one.rowsByTable) / sum(three.rowsByTable)).toBeCloseTo(0.228, 2)
    expect(one.ordersPerUser).toBe(three.ordersPerUser)
    expect(one.fullTableRows / three.fullTableRows).toBeCloseTo(sum(one.rowsByTable) / sum(three.rowsByTable), 6)
  })
})
