import { describe, expect, it } from 'vitest'
import { UserRateLimit } from './user-rate-limit.ts'

describe('rate limit of one user', () => {
  it('lets a second’s worth through at once, then refuses until time has passed', () => {
    let nowMs = 0
    const limit = new UserRateLimit(10, () => nowMs)
    for (let count = 0; count < 10; count++) limit.take(1)
    expect(() => limit.take(1)).toThrow(expect.objectContaining({ code: 'too-many-requests', retryAfterSeconds: 1 }))
    nowMs = 100
    limit.take(1)
    expect(() => limit.take(1)).toThrow()
  })

  it('counts each user apart', () => {
    const limit = new UserRateLimit(1, () => 0)
    limit.take(1)
    limit.take(2)
    expect(() => limit.take(1)).toThrow()
  })

  it('saves up no more than a second’s worth', () => {
    let nowMs = 0
    const limit = new UserRateLimit(2, () => nowMs)
    limit.take(1)
    nowMs = 3_600_000
    limit.take(1)
    limit.take(1)
    expect(() => limit.take(1)).toThrow()
  })
})
