import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { legacyNumberOf, MAX_NUMBERED_SEQUENCE, orderIdOfNumber } from '../../../contracts/legacy-number.ts'
import { MAX_SEQUENCE, parseOrderId } from '../../../contracts/order-id.ts'
import { asShard } from '../../../contracts/shard.ts'
import { MAX_AHEAD_MS, MAX_WAIT_MS, OrderIdGenerator } from './order-id-generator.ts'

const T0 = Date.UTC(2026, 10, 22)
const NO_CEILING = Number.MAX_SAFE_INTEGER
const SHARD = asShard(13)

function idAt(generator: OrderIdGenerator, nowMs: number): bigint {
  const answer = generator.next(SHARD, nowMs, NO_CEILING)
  if (answer.kind !== 'id') throw new Error(answer.kind)
  return BigInt(answer.orderId)
}

describe('order id generator', () => {
  it('gives 2 000 000 ids, each larger than the one before', () => {
    const generator = new OrderIdGenerator(5, 0)
    let previous = 0n
    for (let count = 0; count < 2_000_000; count++) {
      // 1 000 a millisecond: nearly the whole sequence.
      const id = idAt(generator, T0 + Math.floor(count / 1000))
      if (id <= previous) throw new Error(`id ${id} after ${previous}`)
      previous = id
    }
  })

  it('puts time, shard and worker into the id', () => {
    const answer = new OrderIdGenerator(5, 0).next(SHARD, T0, NO_CEILING)
    expect(answer).toMatchObject({ kind: 'id', timestampMs: T0 })
    expect(answer.kind === 'id' && parseOrderId(answer.orderId)).toEqual({
      timestampMs: T0,
      shard: SHARD,
      worker: 5,
      sequence: 0,
    })
  })

  it('counts on into the next milliseconds when one is used up, and asks to wait when too far ahead', () => {
    const generator = new OrderIdGenerator(1, 0)
    const perMs = MAX_SEQUENCE + 1
    for (let count = 0; count < perMs * (MAX_AHEAD_MS + 1); count++) idAt(generator, T0)
    expect(generator.lastIssuedMs).toBe(T0 + MAX_AHEAD_MS)
    expect(generator.next(SHARD, T0, NO_CEILING)).toEqual({ kind: 'wait', waitMs: 1 })
    expect(generator.next(SHARD, T0 + 1, NO_CEILING).kind).toBe('id')
  })

  it.each([
    [MAX_AHEAD_MS, 'id', 'a small step back is counted over'],
    [MAX_AHEAD_MS + 5, 'wait', 'a larger one is waited for'],
    [MAX_AHEAD_MS + MAX_WAIT_MS, 'wait', 'up to a limit'],
    [5_000, 'behind', 'and refused beyond it'],
  ])('after a step back of %i ms answers %s: %s', (backMs, kind) => {
    const generator = new OrderIdGenerator(1, 0)
    idAt(generator, T0)
    expect(generator.next(SHARD, T0 - backMs, NO_CEILING).kind).toBe(kind)
  })

  it('starts above what an earlier holder of the worker may have issued, also with the clock set back', () => {
    const earlier = new OrderIdGenerator(1, 0)
    const last = idAt(earlier, T0)
    const restarted = new OrderIdGenerator(1, earlier.lastIssuedMs)
    expect(idAt(restarted, T0 - 1)).toBeGreaterThan(last)
  })

  it('counts each shard’s ids of a millisecond by themselves', () => {
    const generator = new OrderIdGenerator(1, 0)
    const sequences = [13, 14, 13].map((shard) => {
      const answer = generator.next(asShard(shard), T0, NO_CEILING)
      return answer.kind === 'id' && parseOrderId(answer.orderId).sequence
    })
    expect(sequences).toEqual([0, 0, 1])
  })

  it('gives ids that have old numbers where those are asked for: increasing in each shard, and no two alike', () => {
    const asked = fc.record({
      shard: fc.integer({ min: 0, max: 63 }),
      worker: fc.nat(3),
      stepMs: fc.integer({ min: -5, max: 5 }),
    })
    fc.assert(
      fc.property(fc.array(asked, { maxLength: 400 }), (orders) => {
        const generators = [1, 31, 32, 63].map((worker) => new OrderIdGenerator(worker, 0, MAX_NUMBERED_SEQUENCE))
        const numbers = new Set<number>()
        const last = new Map<string, number>()
        let nowMs = T0
        for (const { shard, worker, stepMs } of orders) {
          nowMs += stepMs
          const answer = generators[worker]!.next(asShard(shard), nowMs, NO_CEILING)
          if (answer.kind !== 'id') continue
          const number = legacyNumberOf(answer.orderId)
          if (number === null) throw new Error(`${answer.orderId} has no number`)
          expect(number).toBeLessThan(2 ** 53)
          expect(orderIdOfNumber(number)).toBe(answer.orderId)
          expect(number).toBeGreaterThan(last.get(`${worker}/${shard}`) ?? 0)
          last.set(`${worker}/${shard}`, number)
          expect(numbers.has(number)).toBe(false)
          numbers.add(number)
        }
      }),
    )
  })

  it('never passes the persisted mark', () => {
    expect(new OrderIdGenerator(1, 0).next(SHARD, T0 + 1, T0)).toEqual({ kind: 'reserve' })
  })

  it('never repeats or goes back, whatever the clock does', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -3_000, max: 3_000 }), { maxLength: 300 }), (steps) => {
        const generator = new OrderIdGenerator(1, 0)
        let nowMs = T0
        let previous = 0n
        for (const step of steps) {
          nowMs += step
          const answer = generator.next(SHARD, nowMs, NO_CEILING)
          if (answer.kind !== 'id') continue
          expect(BigInt(answer.orderId)).toBeGreaterThan(previous)
          expect(answer.timestampMs - nowMs).toBeLessThanOrEqual(MAX_AHEAD_MS)
          previous = BigInt(answer.orderId)
        }
      }),
    )
  })
})
