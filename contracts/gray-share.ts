// Which users are moved first: each has a place in one order of all users, so whoever is among the first percent is also among
// the first fifty, today and tomorrow, in every process.

import { runKeyOf } from './dice.ts'
import { mix32, TWO_32 } from './seeded-order.ts'

/** Another one would move other users. Without it a share would be a share of shards, or of user numbers. */
const SALT = runKeyOf('old interfaces')

export function isGray(userId: number, grayPercent: number): boolean {
  return placeOf(userId) < grayPercent / 100
}

/** From 0 to below 1, as good as evenly. A user id may be larger than 32 bits. */
function placeOf(userId: number): number {
  const high = Math.floor(userId / TWO_32)
  return mix32(mix32((userId | 0) ^ SALT) + mix32(high + SALT)) / TWO_32
}
