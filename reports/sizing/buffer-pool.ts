// Memory for MySQL's pages: the buffer pool that answers a wanted share of page requests, by Che's approximation.

import type { SizingRow } from '../../contracts/capacity.ts'
import type { Cases } from '../../contracts/capacity-model/interval.ts'
import type { Plan } from '../../contracts/plan.ts'
import { PAGE_BYTES } from '../capacity-model/b-tree.ts'
import { cheHitRatio, poolForHitRatio } from '../capacity-model/che.ts'
import { COARSE, zipfBins } from '../capacity-model/popularity.ts'
import { bytes, percent, range, significant } from '../quantity.ts'
import { sizingRow } from './sizing-row.ts'

export const WANTED_HIT_RATIO = 0.95
const OTHER_HIT_RATIOS = [0.9, 0.99] as const

export interface BufferPool {
  readonly poolBytes: Cases
  readonly row: SizingRow
}

export function bufferPool({ users }: Plan, dataBytes: Cases): BufferPool {
  const zipf = zipfOfActivity(users.activity)
  const poolBytes = poolFor(WANTED_HIT_RATIO, zipf, dataBytes)
  return {
    poolBytes,
    row: sizingRow(poolBytes, {
      group: 'data',
      what: `Buffer pools, all hosts, for a hit ratio of ${percent(WANTED_HIT_RATIO)}`,
      unit: 'bytes',
      basis: 'modelled',
      rule: `Che's approximation of LRU over all pages of the database; assumes that pages are as unequally wanted as the plan's users are active (Zipf exponent ${significant(zipf.mid, 2)}, ${range(zipf.low, zipf.high, (value) => significant(value, 2))}); that fresh orders are read more than old ones would make it smaller, and is not in it`,
      rejected: OTHER_HIT_RATIOS.map((hitRatio) => {
        const other = poolFor(hitRatio, zipf, dataBytes)
        const cost = hitRatio < WANTED_HIT_RATIO ? 'more reads wait for a disk' : 'the last pages are hardly ever read'
        return `${percent(hitRatio)} asks for ${bytes(other.mid)} (${range(other.low, other.high, bytes)}): ${cost}`
      }),
    }),
  }
}

/**
 * The more unequal, the smaller the pool; the less data, too. Popularity without an order in time: recency is not modelled.
 */
function poolFor(hitRatio: number, zipf: Cases, dataBytes: Cases): Cases {
  const pool = (exponent: number, size: number): number => {
    const pages = pagesOf(size)
    return poolForHitRatio(zipfBins(exponent, pages), pages, hitRatio) * PAGE_BYTES
  }
  return {
    low: pool(zipf.high, dataBytes.low),
    mid: pool(zipf.mid, dataBytes.mid),
    high: pool(zipf.low, dataBytes.high),
  }
}

/** Of one host among many that are tried. */
export function poolBytesOfHost(hitRatio: number, zipfExponent: number, dataBytes: number): number {
  const pages = pagesOf(dataBytes)
  return poolForHitRatio(zipfBins(zipfExponent, pages, COARSE), pages, hitRatio) * PAGE_BYTES
}

export function hitRatioOfHost(poolBytes: number, zipfExponent: number, dataBytes: number): number {
  const pages = pagesOf(dataBytes)
  return cheHitRatio(zipfBins(zipfExponent, pages, COARSE), { pages, poolPages: Math.round(poolBytes / PAGE_BYTES) })
}

function pagesOf(bytes: number): number {
  return Math.max(1, Math.round(bytes / PAGE_BYTES))
}

/**
 * Of N ranked users the first share u places about u^(1−s) of the orders when activity follows Zipf's law with exponent
 * s < 1, so each stair of the plan's curve gives an s. One class alone is no skew: s = 0.
 */
export function zipfOfActivity(activity: Plan['users']['activity']): Cases {
  let [users, orders] = [0, 0]
  const exponents = activity.flatMap(({ shareOfUsers, shareOfOrders }) => {
    users += shareOfUsers
    orders += shareOfOrders
    const isInner = users > 0 && users < 1 - 1e-9 && orders > 0 && orders < 1 - 1e-9
    return isInner ? [Math.max(0, 1 - Math.log(orders) / Math.log(users))] : []
  })
  if (exponents.length === 0) return { low: 0, mid: 0, high: 0 }
  const mid = exponents.reduce((sum, exponent) => sum + exponent, 0) / exponents.length
  return { low: Math.min(...exponents), mid, high: Math.max(...exponents) }
}
