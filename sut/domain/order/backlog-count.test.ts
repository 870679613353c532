import { expect, it } from 'vitest'
import { type Backlog, NO_BACKLOG } from '../../storage/order-store.ts'
import { BacklogCount } from './backlog-count.ts'

const BACKLOG: Backlog = { ...NO_BACKLOG, gaps: 3 }

/** A clock that only a count moves on, by what it takes. */
function counting() {
  const told: Backlog[] = []
  const clock = { nowMs: 0, counts: 0 }
  const backlogCount = new BacklogCount({ counted: (backlog) => told.push(backlog) }, () => clock.nowMs)
  const keep = (tookMs: number, answer: () => Backlog = () => BACKLOG) =>
    backlogCount.keep(async () => {
      clock.counts++
      clock.nowMs += tookMs
      return answer()
    })
  return { told, clock, keep }
}

it('counts every two seconds while that is quick', async () => {
  const { clock, keep, told } = counting()
  for (let nowMs = 0; nowMs < 10_000; nowMs += 100) {
    clock.nowMs = nowMs
    await keep(1)
  }
  expect(clock.counts).toBe(5)
  expect(told).toEqual(Array(5).fill(BACKLOG))
})

it('gives a twentieth of its time at most to counts that take long', async () => {
  const { clock, keep } = counting()
  while (clock.nowMs < 400_000) {
    await keep(2_000)
    clock.nowMs += 100
  }
  expect(clock.counts).toBeLessThanOrEqual(400_000 / 40_000 + 1)
  expect(clock.counts).toBeGreaterThan(5)
})

it('holds nobody up by a count that fails, and makes the next one when it is due', async () => {
  const { clock, keep, told } = counting()
  await keep(5_000, () => {
    throw new Error('its time is up')
  })
  expect(told).toEqual([])
  clock.nowMs += 19 * 5_000 - 1
  await keep(1)
  expect(clock.counts).toBe(1)
  clock.nowMs += 1
  await keep(1)
  expect(told).toEqual([BACKLOG])
})
