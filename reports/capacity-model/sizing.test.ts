// Sizing by hand-checkable numbers, and the law that more of anything never needs fewer machines.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Cases } from '../../contracts/capacity-model/interval.ts'
import type { MachineType, SizingQuestion } from '../../contracts/capacity-model/sizing.ts'
import { erlangC } from './mmc.ts'
import { sizeForPeak } from './sizing.ts'

const GIB = 2 ** 30
const sure = (value: number): Cases => ({ low: value, mid: value, high: value })

const SMALL: MachineType = { name: 'small', cores: 4, memoryBytes: 16 * GIB, diskBytes: 500e9, cost: 1 }
const LARGE: MachineType = { name: 'large', cores: 16, memoryBytes: 64 * GIB, diskBytes: 2e12, cost: 4.5 }

const QUESTION: SizingQuestion = {
  peakRatePerSecond: { low: 1000, mid: 2000, high: 4000 },
  appCpuSeconds: sure(0.004),
  databaseCpuSeconds: sure(0.002),
  connectionSeconds: sure(0.01),
  dataBytes: sure(1e12),
  bufferPoolBytes: sure(48 * GIB),
  targetUtilisation: 0.5,
  spares: 1,
  maxConnectionsPerHost: 500,
  appMachines: [SMALL, LARGE],
  databaseMachines: [SMALL, LARGE],
}

describe('a peak of 2 000 requests a second', () => {
  const answer = sizeForPeak(QUESTION)

  test('application: 8 busy cores at a target of one half are 16, four small machines and a spare', () => {
    expect(answer.app.chosen).toMatchObject({ machine: 'small', count: { low: 3, mid: 5, high: 9 }, limitedBy: 'cpu' })
  })

  test('database: what asks for the most machines is named, and so is every other limit', () => {
    expect(answer.database.chosen).toMatchObject({
      machine: 'small',
      limitedBy: 'memory',
      neededBy: { cpu: { mid: 2 }, memory: { mid: 4 }, disk: { mid: 3 }, connections: { mid: 1 } },
    })
  })

  test('the alternative not taken says why', () => {
    expect(answer.app.rejected).toMatchObject([
      { machine: 'large', reason: 'cpu asks for 2 of large, costing 9 against 5 for 5 of small' },
    ])
  })

  test('connections: 20 in use by Little’s law; the pool in which one request in a hundred waits', () => {
    expect(answer.connectionsInUse.mid).toBeCloseTo(20, 12)
    const pool = answer.connectionsToAllow.mid
    expect(erlangC(pool, 20)).toBeLessThanOrEqual(0.01)
    expect(erlangC(pool - 1, 20)).toBeGreaterThan(0.01)
  })
})

test('law: a higher peak, more data or a lower target never needs fewer machines; low ≤ mid ≤ high', () => {
  const factor = fc.double({ min: 1, max: 10, noNaN: true })
  fc.assert(
    fc.property(factor, factor, factor, (rate, data, target) => {
      const before = sizeForPeak(QUESTION)
      const scale = (cases: Cases, by: number): Cases => ({
        low: cases.low * by,
        mid: cases.mid * by,
        high: cases.high * by,
      })
      const after = sizeForPeak({
        ...QUESTION,
        peakRatePerSecond: scale(QUESTION.peakRatePerSecond, rate),
        dataBytes: scale(QUESTION.dataBytes, data),
        targetUtilisation: QUESTION.targetUtilisation / target,
      })
      for (const tier of ['app', 'database'] as const) {
        expect(after[tier].chosen.cost.mid).toBeGreaterThanOrEqual(before[tier].chosen.cost.mid)
        const { low, mid, high } = after[tier].chosen.count
        expect(low).toBeLessThanOrEqual(mid)
        expect(mid).toBeLessThanOrEqual(high)
      }
    }),
  )
})
