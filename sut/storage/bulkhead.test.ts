import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { contextFor } from '../telemetry/call-context.ts'
import { Bulkhead, type BulkheadLane } from './bulkhead.ts'

const LIMITS = { slots: 4, slotsPerLane: 2, waiters: 3, waitersPerLane: 2 }
const soon = () => contextFor('test', 60_000)

function taken(bulkhead: Bulkhead, lane: BulkheadLane, times: number): void {
  for (let time = 0; time < times; time++) expect(bulkhead.tryTake(lane)).toBe(true)
}

describe('Bulkhead', () => {
  it('gives a lane its share and no more, while others still find room', () => {
    const bulkhead = new Bulkhead(LIMITS)
    const [stalled, other] = [bulkhead.lane(), bulkhead.lane()]
    taken(bulkhead, stalled, 2)
    expect(bulkhead.tryTake(stalled)).toBe(false)
    taken(bulkhead, other, 2)
    expect(bulkhead.tryTake(bulkhead.lane())).toBe(false)
  })

  it('admits in order of arrival, past those whose lane is full', async () => {
    const bulkhead = new Bulkhead(LIMITS)
    const [stalled, one, other] = [bulkhead.lane(), bulkhead.lane(), bulkhead.lane()]
    taken(bulkhead, stalled, 2)
    taken(bulkhead, one, 2)
    const order: string[] = []
    const waiting = [
      bulkhead.take(stalled, soon()).then(() => order.push('stalled')),
      bulkhead.take(other, soon()).then(() => order.push('other')),
    ]
    bulkhead.release(one)
    await waiting[1]
    bulkhead.release(stalled)
    await waiting[0]
    expect(order).toEqual(['other', 'stalled'])
  })

  it('refuses at once when enough wait already, of the lane or of all', async () => {
    const bulkhead = new Bulkhead(LIMITS)
    const [full, other, third] = [bulkhead.lane(), bulkhead.lane(), bulkhead.lane()]
    taken(bulkhead, full, 2)
    taken(bulkhead, other, 2)
    const waiting = [full, full, other].map((lane) => bulkhead.take(lane, soon()))
    await expect(bulkhead.take(full, soon())).rejects.toMatchObject({ code: 'overloaded' })
    await expect(bulkhead.take(third, soon())).rejects.toMatchObject({ code: 'overloaded' })
    bulkhead.release(full)
    bulkhead.release(full)
    bulkhead.release(other)
    await Promise.all(waiting)
  })

  it('lets go of who has waited until its deadline', async () => {
    const bulkhead = new Bulkhead(LIMITS)
    const lane = bulkhead.lane()
    taken(bulkhead, lane, 2)
    await expect(bulkhead.take(lane, contextFor('test', 5))).rejects.toMatchObject({ code: 'deadline-exceeded' })
    expect(bulkhead.waiting).toBe(0)
  })

  it('leaves time for the statement to who has waited', async () => {
    const bulkhead = new Bulkhead(LIMITS)
    const lane = bulkhead.lane()
    taken(bulkhead, lane, 2)
    const context = contextFor('test', 1_300)
    await expect(bulkhead.take(lane, context)).rejects.toMatchObject({ code: 'deadline-exceeded' })
    expect(context.deadlineAtMs - performance.now()).toBeGreaterThan(0)
  })

  it('refuses at once, also who waits already, when no slot of a lane can come back before the server answers', async () => {
    const bulkhead = new Bulkhead(LIMITS)
    const lane = bulkhead.lane()
    taken(bulkhead, lane, 2)
    const waiting = bulkhead.take(lane, soon())
    bulkhead.doubt(lane)
    bulkhead.doubt(lane)
    await expect(waiting).rejects.toMatchObject({ code: 'unavailable' })
    await expect(bulkhead.take(lane, soon())).rejects.toMatchObject({ code: 'unavailable' })
    bulkhead.settle(lane)
    expect(bulkhead.tryTake(lane)).toBe(true)
  })

  it('keeps its books in any order of events', async () => {
    const event = fc.tuple(fc.constantFrom('take', 'release', 'doubt', 'settle'), fc.nat({ max: 2 }))
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 60 }), async (events) => {
        const bulkhead = new Bulkhead({ ...LIMITS, waiters: 100, waitersPerLane: 100 })
        const lanes = [bulkhead.lane(), bulkhead.lane(), bulkhead.lane()]
        const waiting: Promise<unknown>[] = []
        for (const [kind, at] of events) {
          const lane = lanes[at] as BulkheadLane
          const healthy = lane.used - lane.doubted
          if (kind === 'take') waiting.push(bulkhead.take(lane, soon()).catch(() => {}))
          if (kind === 'release' && healthy > 0) bulkhead.release(lane)
          if (kind === 'doubt' && healthy > 0) bulkhead.doubt(lane)
          if (kind === 'settle' && lane.doubted > 0) bulkhead.settle(lane)
          await Promise.resolve()
          expect(bulkhead.used).toBe(lanes.reduce((sum, { used }) => sum + used, 0))
          expect(bulkhead.used).toBeLessThanOrEqual(LIMITS.slots)
          for (const { used } of lanes) expect(used).toBeLessThanOrEqual(LIMITS.slotsPerLane)
          // Nobody waits beside a free slot.
          for (const { used, waiters } of lanes) {
            if (waiters.length > 0) expect(used === LIMITS.slotsPerLane || bulkhead.used === LIMITS.slots).toBe(true)
          }
        }
        for (const lane of lanes) {
          while (lane.doubted > 0) bulkhead.settle(lane)
          while (lane.used > 0) bulkhead.release(lane)
        }
        await Promise.all(waiting)
        expect(bulkhead.waiting).toBe(0)
      }),
    )
  })
})
