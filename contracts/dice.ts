// Repeatable randomness: every draw is a function of (run, iteration, purpose), never of the order in which virtual
// users happen to run. The same run id offers the same users, orders and baskets again.

import { mix32, TWO_32 } from './seeded-order.ts'

/** One independent draw per purpose; the numbers only have to differ. `nth` of `roll` must stay below 1 000. */
export const PURPOSE = {
  flow: 1_000,
  shard: 2_000,
  row: 3_000,
  region: 4_000,
  basket: 5_000,
  product: 6_000,
  quantity: 7_000,
  channel: 8_000,
  payment: 9_000,
  range: 10_000,
  position: 11_000,
  scope: 12_000,
  fate: 13_000,
  look: 14_000,
  pause: 15_000,
} as const

export interface Dice {
  /** Uniform in [0, 1); `nth` tells repeated draws for one purpose apart. */
  roll(purpose: number, nth?: number): number
}

export function diceOf(runKey: number, iteration: number): Dice {
  const base = mix32(mix32(iteration + 1) ^ runKey)
  return { roll: (purpose, nth = 0) => mix32(base + Math.imul(purpose + nth, 0x9e3779b1)) / TWO_32 }
}

/** FNV-1a of the run id: http://www.isthe.com/chongo/tech/comp/fnv/ */
export function runKeyOf(runId: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < runId.length; at++) hash = Math.imul(hash ^ runId.charCodeAt(at), 0x01000193)
  return mix32(hash)
}

/** A function from [0, 1) to items, each with its share of the weights; by bisection of the running total. */
export function weightedPicker<T>(
  items: readonly { readonly item: T; readonly weight: number }[],
): (point: number) => T {
  const possible = items.filter(({ weight }) => weight > 0)
  let total = 0
  const totals = possible.map(({ weight }) => {
    total += weight
    return total
  })
  if (total <= 0) throw new Error('nothing to pick from: no weight above 0')
  return (point) => {
    let low = 0
    let high = totals.length - 1
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((totals[middle] ?? 0) > point * total) high = middle
      else low = middle + 1
    }
    return (possible[low] as { readonly item: T }).item
  }
}
