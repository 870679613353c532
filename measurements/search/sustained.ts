// Up to which rate a system kept up with what it promised. Latency that climbs all through a hold has no end yet, and
// work that piles up behind the answers is promised and not done: neither shows in the answers of five seconds, so a rate
// passes only up to a long hold that was sustained.

import { countedBlocks, type Hold } from './hold.ts'

export interface Sustained {
  /** The highest rate held for long, below every one that was not sustained; 0: none. */
  readonly upTo: number
  /** The lowest rate that was not sustained; null: every one was. */
  readonly lostAt: number | null
}

export function sustainedOf(holds: readonly Hold[]): Sustained {
  const long = holds.filter((hold) => hold.purpose !== 'probe' && countedBlocks(hold).length > 0)
  const rates = (isSustained: boolean) =>
    long.filter((hold) => hold.isSustained === isSustained).map(({ ratePerSecond }) => ratePerSecond)
  const lost = rates(false)
  const lostAt = lost.length > 0 ? Math.min(...lost) : null
  return { upTo: Math.max(0, ...rates(true).filter((rate) => lostAt === null || rate < lostAt)), lostAt }
}
