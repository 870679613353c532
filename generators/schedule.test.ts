import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SEEDED_FAMILIES } from '../contracts/shard.ts'
import { CHUNK_ORDERS, Schedule } from './schedule.ts'
import type { Lane } from './store/lanes.ts'

const lanes = fc
  .uniqueArray(
    fc.record({
      family: fc.constantFrom(...SEEDED_FAMILIES),
      shard: fc.nat({ max: 63 }),
      orders: fc.integer({ min: 1, max: 5 * CHUNK_ORDERS }),
      done: fc.nat({ max: 5 * CHUNK_ORDERS }),
      indexed: fc.constant(false),
    }),
    { selector: ({ family, shard }) => `${family} ${shard}`, maxLength: 30 },
  )
  .map((all): readonly Lane[] => all.map((lane) => ({ ...lane, done: Math.min(lane.done, lane.orders) })))

describe('Schedule', () => {
  it('loads every open row once and in order, then finishes every table, one thread per table', () => {
    fc.assert(
      fc.property(lanes, fc.integer({ min: 1, max: 4 }), fc.infiniteStream(fc.nat()), (given, threads, picks) => {
        const schedule = new Schedule(given)
        const reached = new Map(given.map((lane) => [`${lane.family} ${lane.shard}`, lane.done]))
        const finished = new Set<string>()
        const running: NonNullable<ReturnType<Schedule['take']>>[] = []
        for (;;) {
          while (running.length < threads) {
            const task = schedule.take()
            if (!task) break
            expect(running.some(({ family, shard }) => family === task.family && shard === task.shard)).toBe(false)
            running.push(task)
          }
          const [task] = running.splice(Number(picks.next().value) % Math.max(1, running.length), 1)
          if (!task) break
          const key = `${task.family} ${task.shard}`
          if (task.kind === 'load') {
            expect(task.from).toBe(reached.get(key))
            expect(task.to - task.from).toBeLessThanOrEqual(CHUNK_ORDERS)
            reached.set(key, task.to)
          } else finished.add(key)
          schedule.finish(task)
        }
        for (const lane of given) {
          expect(reached.get(`${lane.family} ${lane.shard}`)).toBe(lane.orders)
          expect(finished.has(`${lane.family} ${lane.shard}`)).toBe(true)
        }
      }),
    )
  })
})
