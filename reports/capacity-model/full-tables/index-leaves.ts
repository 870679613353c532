// Leaves of the index by user, by how often a request asks for them. A user's entries lie together, and of a user only the
// leaf of the newest entry is touched, as often as the user is chosen: through any of the user's orders, by their ages. What
// a leaf gets is the sum over the users whose newest entries lie on it, which varies: few users to a leaf, and ages that are
// asked for very unequally. So leaves are dealt out, a few hundred that stand for all; the buyers of the very newest orders
// are too few for that and counted one by one.

import { draw, TWO_32 } from '../../../contracts/seeded-order.ts'
import type { PopularityBin } from '../popularity.ts'
import { requestsUpTo } from './recency.ts'

export interface ReaderClass {
  readonly users: number
  /** Of all orders of the shard. */
  readonly shareOfOrders: number
  readonly ordersPerUser: number
}

export interface UserIndex {
  readonly orders: number
  readonly leaves: number
  readonly classes: readonly ReaderClass[]
  /** Few accounts with more entries than a leaf holds. */
  readonly whales: ReaderClass | null
  readonly recencyExponent: number
}

const DEALT_LEAVES = 300
const MOST_ENTRIES = 300_000
const MOST_LOOKED = 1000
/** Above it a Poisson number is as good as normal. */
const MOST_POISSON = 50
const HOT_GROWTH = 1.2
const HOT_SINGLES = 16

export function indexLeaves(index: UserIndex): readonly PopularityBin[] {
  const { orders, leaves, whales, recencyExponent: k } = index
  // The order of rank r is chosen with about r^(1/k − 1)/(k·N^(1/k)), a leaf on average with 1 ÷ leaves.
  const hot = k > 1 ? Math.min(orders, Math.floor((leaves / (k * orders ** (1 / k))) ** (k / (k - 1)))) : 0
  const others = 1 - requestsUpTo(hot / orders, k)
  const whaleShare = whales?.shareOfOrders ?? 0
  const dealt = whaleShare < 1 ? dealtLeaves(index, hot / orders) : []
  const total = dealt.reduce((sum, mass) => sum + mass, 0)
  const count = (leaves * (1 - whaleShare)) / dealt.length
  return [
    ...dealt
      .filter((mass) => mass > 0)
      .map((mass) => ({ count, probability: (others * (1 - whaleShare) * mass) / total / count })),
    ...(whales ? [{ count: whales.users, probability: (others * whaleShare) / whales.users }] : []),
    ...hotUsers(hot, orders, k),
  ]
}

/** What leaves get, in shares of one order's mean: users one after the other, each on the leaf where its entries end. */
function dealtLeaves({ orders, leaves, classes, recencyExponent: k }: UserIndex, youngest: number): readonly number[] {
  const entriesPerLeaf = orders / leaves
  const got = Array.from({ length: Math.floor(Math.min(DEALT_LEAVES, leaves, MOST_ENTRIES / entriesPerLeaf)) }, () => 0)
  const numbers = { drawn: 0 }
  const uniform = (): number => (draw(0, numbers.drawn++) + 0.5) / TWO_32
  for (let entry = 0; entry < got.length * entriesPerLeaf; ) {
    const placed = ordersOfUser(classes, uniform)
    // Beyond a thousand orders their mean says as much.
    const looked = Math.min(placed, MOST_LOOKED)
    let wanted = 0
    for (let i = 0; i < looked; i++) {
      const age = uniform()
      if (age > youngest) wanted += age ** (1 / k - 1)
    }
    entry += placed
    const leaf = Math.floor((entry - 1) / entriesPerLeaf)
    if (leaf < got.length) got[leaf] = (got[leaf] ?? 0) + (wanted * placed) / looked
  }
  // Leaves or users larger than can be dealt out: all alike.
  return got.some((mass) => mass > 0) ? got : [1]
}

/** Of a user who has ordered: the class by its number of such users, then a Poisson number above 0, by inversion. */
function ordersOfUser(classes: readonly ReaderClass[], uniform: () => number): number {
  const buyers = classes.map(({ users, ordersPerUser }) => users * -Math.expm1(-ordersPerUser))
  let at = uniform() * buyers.reduce((sum, count) => sum + count, 0)
  const found = classes.find((_, i) => {
    at -= buyers[i] ?? 0
    return at < 0
  })
  const mean = (found ?? classes.at(-1))?.ordersPerUser ?? 1
  if (mean > MOST_POISSON) {
    const normal = Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())
    return Math.max(1, Math.round(mean + Math.sqrt(mean) * normal))
  }
  const point = uniform()
  let chance = (mean * Math.exp(-mean)) / -Math.expm1(-mean)
  let below = chance
  let count = 1
  while (below < point && count < 10 * MOST_POISSON) {
    count++
    chance *= mean / count
    below += chance
  }
  return count
}

/** The buyers of the newest orders, one by one, then in groups. */
function hotUsers(hot: number, orders: number, k: number): PopularityBin[] {
  const bins: PopularityBin[] = []
  for (let from = 0; from < hot; ) {
    const to = from < HOT_SINGLES ? from + 1 : Math.min(hot, Math.ceil(from * HOT_GROWTH))
    const mass = requestsUpTo(to / orders, k) - requestsUpTo(from / orders, k)
    bins.push({ count: to - from, probability: mass / (to - from) })
    from = to
  }
  return bins
}
