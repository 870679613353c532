import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isGray } from './gray-share.ts'
import { SHARD_COUNT } from './shard.ts'

const user = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })
const percent = fc.integer({ min: 0, max: 100 })

describe('a gray share', () => {
  it('of nothing holds nobody, and of all holds everybody', () => {
    fc.assert(fc.property(user, (userId) => !isGray(userId, 0) && isGray(userId, 100)))
  })

  it('holds whom a smaller share holds', () => {
    fc.assert(
      fc.property(user, percent, percent, (userId, one, other) => {
        const [less, more] = one < other ? [one, other] : [other, one]
        return !isGray(userId, less) || isGray(userId, more)
      }),
    )
  })

  it.each([1, 10, 50, 99])(
    'of %d percent holds about so many, of neighbouring users and of one shard alike',
    (share) => {
      const users = 20_000
      const expected = (users * share) / 100
      const threeSigma = 3 * Math.sqrt(expected * (1 - share / 100))
      for (const step of [1, SHARD_COUNT]) {
        const held = Array.from({ length: users }, (_, at) => 1 + at * step).filter((userId) => isGray(userId, share))
        expect(Math.abs(held.length - expected)).toBeLessThan(threeSigma)
      }
    },
  )

  it('holds the same users wherever and whenever it is asked', () => {
    const first = Array.from({ length: 1_000 }, (_, at) => at + 1).filter((userId) => isGray(userId, 1))
    expect(first).toEqual([123, 171, 378, 766, 788, 955, 981])
  })
})
