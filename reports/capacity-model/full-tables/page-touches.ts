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
import { indexLeaves, type ReaderClass, type UserIndex } from './index-leaves.ts'
import { atMost } from './poisson.ts'
import { agesOf, pagesByAge, requestsUpTo } from './recency.ts'
import { type Leaves, shardLeaves } from './shard-leaves.ts'

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
  const readers = readersOf(fill.orders, load)
  const { orders, userOrders, orderItems, payments } = leaves
  const index = indexLeaves({
    ...readers,
    orders: fill.orders,
    leaves: userOrders.pages,
    recencyExponent: load.recencyExponent,
  })
  if (flow === 'checkout') {
    const appended = orders.levels + load.itemsPerOrder * orderItems.levels + payments.levels
    return {
      bins: index,
      groups: index.map(({ count, probability }) => ({
        share: count * probability,
        touches: [{ probability, count: 1 }],
      })),
      touches: touchesOf(index),
      gets: userOrders.levels + appended,
    }
  }
  const all = readers.whales === null ? readers.classes : [...readers.classes, readers.whales]
  const { bins: listed, groups } = listedPages(all, orders.pages, load)
  const leaf = index.map(({ count, probability }) => ({ probability, count: count * probability }))
  return {
    bins: [...index, ...listed],
    groups: groups.map(({ share, touches }) => ({ share, touches: [...leaf, ...touches] })),
    touches: touchesOf(index) + touchesOf(listed),
    gets: userOrders.levels + touchesOf(listed) * orders.levels,
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

/** Whales are a class of their own. */
function readersOf(orders: number, { activity, users, whales }: ShardLoad): Pick<UserIndex, 'classes' | 'whales'> {
  const whaleShare = whales.count > 0 ? whales.shareOfOrders : 0
  const classOf = (count: number, shareOfOrders: number): ReaderClass => ({
    users: count,
    shareOfOrders,
    ordersPerUser: (orders * shareOfOrders) / count,
  })
  return {
    classes: activity
      .filter((one) => one.shareOfUsers > 0 && one.shareOfOrders > 0)
      .map((one) => classOf(users * one.shareOfUsers, (1 - whaleShare) * one.shareOfOrders)),
    whales: whaleShare > 0 ? classOf(whales.count, whaleShare) : null,
  }
}

function listedPages(
  classes: readonly ReaderClass[],
  pages: number,
  { recencyExponent: k, listLimit }: ShardLoad,
): Pick<PageTouches, 'bins' | 'groups'> {
  const byAge = agesOf(pages).map(({ pages: count, from, to }) => {
    const age = (from + to) / 2
    const newer = requestsUpTo(age, k)
    const byClass = classes.map(({ shareOfOrders, ordersPerUser }) => {
      const isListed = atMost(listLimit - 1, ordersPerUser * age)
      const lessOne = atMost(listLimit - 2, ordersPerUser * age)
      const itself = isListed * (requestsUpTo(to, k) - requestsUpTo(from, k))
      return shareOfOrders * (itself + (to - from) * ordersPerUser * (newer * lessOne + (1 - newer) * isListed))
    })
    return { count, byClass, probability: byClass.reduce((sum, mass) => sum + mass, 0) / count }
  })
  return {
    bins: byAge,
    groups: classes.map(({ shareOfOrders: share }, i) => ({
      share,
      touches: byAge.map(({ probability, byClass }) => ({ probability, count: (byClass[i] ?? 0) / share })),
    })),
  }
}
