import { describe, expect, it } from 'vitest'
import { SharedRateLimit, type UserCounts } from './shared-rate-limit.ts'
import { UserRateLimit } from './user-rate-limit.ts'

const REFUSED = { code: 'too-many-requests', retryAfterSeconds: 1 }

/** What the processes share, and as many of them as are asked for. */
function scene(ratePerSecond: number) {
  const state = { nowMs: 10_000, isGone: false }
  const counted = new Map<string, number>()
  const counts: UserCounts = {
    add: async (userId, second) => {
      if (state.isGone) throw new Error('gone')
      const now = (counted.get(`${userId}/${second}`) ?? 0) + 1
      counted.set(`${userId}/${second}`, now)
      return { now, before: counted.get(`${userId}/${second - 1}`) ?? 0 }
    },
  }
  const process = () => {
    const own = new UserRateLimit(ratePerSecond, () => state.nowMs)
    return new SharedRateLimit(ratePerSecond, own, counts, () => state.nowMs)
  }
  return { state, process }
}

describe('rate limit of one user across processes', () => {
  it('counts what reaches any of them', async () => {
    const { process } = scene(4)
    const [one, other] = [process(), process()]
    for (const limit of [one, other, one, other]) await limit.take(7)
    await expect(one.take(7)).rejects.toMatchObject(REFUSED)
    await expect(other.take(7)).rejects.toMatchObject(REFUSED)
    await other.take(8)
  })

  it('lets nobody have two seconds’ worth around the turn of a second', async () => {
    const { state, process } = scene(4)
    state.nowMs = 10_900
    for (const limit of [process(), process(), process(), process()]) await limit.take(7)
    state.nowMs = 11_000
    await expect(process().take(7)).rejects.toMatchObject(REFUSED)
    state.nowMs = 12_000
    await process().take(7)
  })

  it('is each process’s own while what they share is gone', async () => {
    const { state, process } = scene(2)
    state.isGone = true
    const [one, other] = [process(), process()]
    for (const limit of [one, one, other, other]) await limit.take(7)
    await expect(one.take(7)).rejects.toMatchObject(REFUSED)
  })
})
