// How often a user may ask, as a process is told to count: by itself, or together with all others of its kind.

import type { Config } from './config.ts'
import { SharedRateLimit } from './interface/shared-rate-limit.ts'
import type { Audience } from './interface/token.ts'
import { type UserLimit, UserRateLimit } from './interface/user-rate-limit.ts'
import type { EdgeRedis } from './storage/edge-redis.ts'

/**
 * Who are counted together. An administrator and a user of the same number are two. A form that the adapter passes on is
 * asked of the monolith too, and must not count twice.
 */
export type Counted = Audience | 'adapter' | 'monolith'

/** `edge`: null where nothing is counted together. */
export function userLimit(
  counted: Counted,
  { userRatePerSecond, userRateScope }: Pick<Config, 'userRatePerSecond' | 'userRateScope'>,
  edge: Pick<EdgeRedis, 'add'> | null,
): UserLimit {
  const own = new UserRateLimit(userRatePerSecond)
  if (userRateScope !== 'all' || !edge) return own
  const add = (userId: number, second: number) => edge.add(`${counted}:${userId}`, second)
  return new SharedRateLimit(userRatePerSecond, own, { add })
}
