import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CHUNK_ORDERS, type LaneTask, Schedule } from './schedule.ts'
import type { Lane } from './store/lanes.ts'

const lanes = fc
  .uniqueArray(
    fc.record({
      shard: fc.nat({ max: 63 }),
      orders: fc.integer({ min: 1, max: 5 * CHUNK_ORDERS }),
      done: fc.nat({ max: 5 * CHUNK_ORDERS }),
      indexed: fc.constant(false),
    }),
    { selector: ({ shard }) => shard, maxLength: 30 },
  )
  .map((all): readonly Lane[] => all.map((lane) => ({ ...lane, done: Math.min(lane.done, lane.orders) })))

describe('Schedule', () => {
  it('loads every open row once and in order, then finishes every shard, one thread per shard', () => {
    fc.assert(
      fc.property(lanes, fc.integer({ min: 1, max: 4 }), fc.infiniteStream(fc.nat()), (given, threads, picks) => {
        const schedule = new Schedule(given)
        const reached = new Map(given.map(({ shard, done }) => [shard, done]))
        const finished = new Set<number>()
        const running: LaneTask[] = []
        for (;;) {
          while (running.length < threads) {
            const task = schedule.take()
            if (!task) break
            expect(running.some(({ shard }) => shard === task.shard)).toBe(false)
            running.push(task)
          }
          const [task] = running.splice(Number(picks.next().value) % Math.max(1, running.length), 1)
          if (!task) break
          if (task.kind === 'load') {
            expect(task.from).toBe(reached.get(task.shard))
            expect(task.to - task.from).toBeLessThanOrEqual(CHUNK_ORDERS)
            reached.set(task.shard, task.to)
          } else finished.add(task.shard)
          schedule.finish(task)
        }
        for (const lane of given) {
          expect(reached.get(lane.shard)).toBe(lane.orders)
          expect(finished.has(lane.shard)).toBe(true)
        }
      }),
    )
  })

  it('begins the largest shard first, and brings it to its end before another is begun', () => {
    const lane = (shard: number, orders: number): Lane => ({ shard, orders, done: 0, indexed: false })
    const schedule = new Schedule([lane(1, 10), lane(2, CHUNK_ORDERS + 1), lane(3, 20)])
    const taken = []
    for (let task = schedule.take(); task !== null; task = schedule.take()) {
      taken.push(`${task.kind} ${task.shard}`)
      schedule.finish(task)
    }
    expect(taken).toEqual(['load 2', 'load 2', 'finish 2', 'load 3', 'finish 3', 'load 1', 'finish 1'])
  })
})
