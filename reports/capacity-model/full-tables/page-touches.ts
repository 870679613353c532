// Which leaf pages a request touches, and how often each page is touched: the popularity that the pool sees.
//
// detail    the order's page in orders, order_items and payments: three pages of one age.
// list      the user's leaf of the index, then the user's newest orders, spread over the time they were placed in.
//           A user is chosen through an order, so by activity, and the buyers of the newest orders far more often.
// checkout  the user's leaf of the index; rows are appended to pages that are always held.
// search    rows of orders around a moment: the page of one age (Elasticsearch does the rest).
//
// An order of the age share x whose user places μ orders in all is listed when at most limit − 1 of the user's orders are
// newer, a Poisson number of mean μ·x. Its page is touched when it is listed and its user was chosen through it, through
// one of the newer orders or through one of the older:
//   1/N · [ f(x)·P(K < limit) + μ·F(x)·P(K < limit − 1) + μ·(1 − F(x))·P(K < limit) ],   F(x) = x^(1/k), f its density.

import type { ShardFill, ShardLoad } from '../../../contracts/capacity-model/full-tables.ts'
import type { Flow } from '../../../contracts/plan.ts'
import { touchesOf } from '../midpoint-pool.ts'
import type { PopularityBin } from '../popularity.ts'
import { atMost, listedOrders } from './poisson.ts'
import { agesOf, pagesByAge, requestsUpTo } from './recency.ts'
import { type Leaves, type ShardLeaves, shardLeaves } from './shard-leaves.ts'

/** Requests that touch alike, so that what one of them misses, the others do. */
export interface RequestGroup {
  /** Of all requests. */
  readonly share: number
  readonly touches: readonly {
    /** That a request, of any group, touches this page. */
    readonly probability: number
    /** Pages like it that a request of the group touches, mean. */
    readonly count: number
  }[]
}

export interface PageTouches {
  readonly groups: readonly RequestGroup[]
  /** Leaf pages by how often a request touches one of them. */
  readonly bins: readonly PopularityBin[]
  /** Leaf pages a request touches. */
  readonly touches: number
  /** With the inner pages on the way. */
  readonly gets: number
}

export function pageTouches(flow: Flow, fill: Pick<ShardFill, 'orders' | 'pages'>, load: ShardLoad): PageTouches {
  const leaves = shardLeaves(fill, load)
  if (flow === 'search') return ofOneAge([leaves.orders], load)
  if (flow === 'detail') return ofOneAge([leaves.orders, leaves.orderItems, leaves.payments], load)
  const readers = readersOf(fill.orders, leaves, load)
  const index = indexBins(readers, leaves.userOrders.pages, load.recencyExponent)
  if (flow === 'checkout') {
    const { orders, orderItems, payments } = leaves
    const appended = orders.levels + load.itemsPerOrder * orderItems.levels + payments.levels
    return {
      bins: index,
      groups: index.map(({ count, probability }) => ({
        share: count * probability,
        touches: [{ probability, count: 1 }],
      })),
      touches: touchesOf(index),
      gets: leaves.userOrders.levels + appended,
    }
  }
  const { bins: listed, groups } = listedPages(readers, leaves.orders.pages, load)
  const [leaf] = index
  return {
    bins: [...index, ...listed],
    groups: groups.map(({ share, touches }) => ({
      share,
      touches: [{ probability: leaf?.probability ?? 1, count: 1 }, ...touches],
    })),
    touches: touchesOf(index) + touchesOf(listed),
    gets: leaves.userOrders.levels + touchesOf(listed) * leaves.orders.levels,
  }
}

/** A page of each table, all of the age of one order. */
function ofOneAge(tables: readonly Leaves[], { recencyExponent: k }: ShardLoad): PageTouches {
  const bins = tables.flatMap(({ pages }) => pagesByAge(pages, k))
  const groups = agesOf(tables[0]?.pages ?? 1).map(({ from, to }) => {
    const share = requestsUpTo(to, k) - requestsUpTo(from, k)
    return {
      share,
      touches: tables.map(({ pages }) => ({ probability: share / Math.max(1, (to - from) * pages), count: 1 })),
    }
  })
  return { bins, groups, touches: touchesOf(bins), gets: tables.reduce((sum, { levels }) => sum + levels, 0) }
}

interface ReaderClass {
  readonly shareOfOrders: number
  readonly ordersPerUser: number
}

interface Readers {
  readonly orders: number
  readonly entriesPerLeaf: number
  readonly classes: readonly ReaderClass[]
  /** Orders a list shows, mean over the requests. */
  readonly listed: number
  /** Buyers of the newest orders, each asked for more often than a leaf of the index on average: counted one by one. */
  readonly hot: number
}

const HOT_PAGES = 0.05
const HOT_GROWTH = 1.2
const HOT_SINGLES = 16

function readersOf(orders: number, leaves: ShardLeaves, load: ShardLoad): Readers {
  const { activity, users, whales, listLimit, recencyExponent: k } = load
  const whaleShare = whales.count > 0 ? whales.shareOfOrders : 0
  const ordinary = activity.map(({ shareOfUsers, shareOfOrders }) => ({
    users: users * shareOfUsers,
    shareOfOrders: (1 - whaleShare) * shareOfOrders,
  }))
  const classes = [...ordinary, { users: whales.count, shareOfOrders: whaleShare }]
    .filter((one) => one.users > 0 && one.shareOfOrders > 0)
    .map(({ shareOfOrders, users: count }) => ({ shareOfOrders, ordersPerUser: (orders * shareOfOrders) / count }))
  const listed = sum(classes, (one) => one.shareOfOrders * listedOrders(one.ordersPerUser, listLimit))
  // The order of rank r is chosen with about r^(1/k − 1)/(k·N^(1/k)); a leaf of the index on average with 1 ÷ leaves.
  const hot = k > 1 ? (leaves.userOrders.pages / (k * orders ** (1 / k))) ** (k / (k - 1)) : 0
  const most = (HOT_PAGES * leaves.orders.pages) / listed
  return {
    orders,
    entriesPerLeaf: orders / leaves.userOrders.pages,
    classes,
    listed,
    hot: Math.floor(Math.min(hot, most, orders)),
  }
}

/**
 * A user's entries lie together, and both they and the requests follow the user's activity: leaves are alike. Of a user
 * with more entries than a leaf holds, only the leaf of the newest is touched.
 */
function indexBins({ orders, classes, entriesPerLeaf, hot }: Readers, leaves: number, k: number): PopularityBin[] {
  const others = 1 - requestsUpTo(hot / orders, k)
  const ordinary = classes.map(({ shareOfOrders, ordersPerUser }) => {
    const count = leaves * shareOfOrders * Math.min(1, entriesPerLeaf / ordersPerUser)
    return { count, probability: (shareOfOrders * others) / count }
  })
  return [...ordinary, ...hotUsers(hot, orders, k)]
}

function listedPages(
  { orders, classes, listed, hot }: Readers,
  pages: number,
  { recencyExponent: k, listLimit }: ShardLoad,
): Pick<PageTouches, 'bins' | 'groups'> {
  const upTo = (age: number): number => requestsUpTo(age, k)
  const hotRequests = upTo(hot / orders)
  const byAge = agesOf(pages).map(({ pages: count, from, to }) => {
    const age = (from + to) / 2
    const newer = Math.max(0, upTo(age) - hotRequests)
    const older = 1 - Math.max(upTo(age), hotRequests)
    const byClass = classes.map(({ shareOfOrders, ordersPerUser }) => {
      const isListed = atMost(listLimit - 1, ordersPerUser * age)
      const lessOne = atMost(listLimit - 2, ordersPerUser * age)
      const through = (to - from) * ordersPerUser * (newer * lessOne + older * isListed)
      return shareOfOrders * (isListed * (upTo(to) - upTo(from)) + through)
    })
    return { count, byClass, probability: sum(byClass, (mass) => mass) / count }
  })
  // Besides the order they were chosen through, hot users have their other orders listed.
  const besides = hotUsers(hot, orders, k).map(({ count, probability }) => ({
    count: count * (listed - 1),
    probability,
  }))
  return {
    bins: [...byAge, ...besides],
    groups: classes.map(({ shareOfOrders: share }, i) => ({
      share,
      touches: byAge.map(({ probability, byClass }) => ({ probability, count: (byClass[i] ?? 0) / share })),
    })),
  }
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

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0)
}
