// Orders compared as they come: a share of the newest ones, each within a short time, beside the load. What takes longer is
// passed over and counted.

import { hash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { lowestOrderIdAt } from '../../contracts/idempotency.ts'
import type { OrderId } from '../../contracts/order-id.ts'
import { isSilence } from '../switches/look-at-both.ts'
import { contextFor } from '../telemetry/call-context.ts'
import { forEachBounded } from './for-each-bounded.ts'
import { type Judged, pauseUnless, summed, withinJob } from './judge-in-groups.ts'
import { judgeOrders, type Verdict } from './judge-orders.ts'
import type { ComparedStores } from './order-sights.ts'

export interface LiveComparisonOptions {
  /** Of 1 000 orders, so many. */
  readonly perMille: number
  readonly durationMs: number
  readonly signal: AbortSignal
}

export interface LiveReport extends Judged {
  readonly compared: number
  /** Took longer than it may. */
  readonly skipped: number
}

const CANDIDATE_LIMIT_MS = 100
const SIDE_BY_SIDE = 2
const BEGIN_BEFORE_MS = 60_000
const PAGE_ORDERS = 1_024
const PACE_MS = 500

/** Ends early, with what it has found, when the signal says so. */
export async function compareLive(
  stores: ComparedStores,
  { perMille, durationMs, signal }: LiveComparisonOptions,
): Promise<LiveReport> {
  const verdicts: Verdict[] = []
  let skipped = 0
  let after = String(lowestOrderIdAt(Date.now() - BEGIN_BEFORE_MS)) as OrderId
  const judge = async (orderId: OrderId) => {
    try {
      verdicts.push(await judgeWithin(stores, orderId, signal))
    } catch (error) {
      if (signal.aborted) return
      if (!isSilence(error)) throw error
      skipped++
    }
  }
  const endsAtMs = performance.now() + durationMs
  while (performance.now() < endsAtMs && !signal.aborted) {
    const { orderIds } = await stores.authority.idsAfter(after, PAGE_ORDERS, withinJob())
    after = orderIds.at(-1) ?? after
    await forEachBounded(
      orderIds.filter((orderId) => isSampled(orderId, perMille)),
      SIDE_BY_SIDE,
      judge,
    )
    if (orderIds.length < PAGE_ORDERS) await sleep(PACE_MS, undefined, { signal }).catch(() => {})
  }
  return { ...summed(verdicts), compared: verdicts.length, skipped }
}

/** By the id alone: whoever samples the same share samples the same orders. */
export function isSampled(orderId: OrderId, perMille: number): boolean {
  return hash('sha256', orderId, 'buffer').readUInt32BE(0) % 1_000 < perMille
}

async function judgeWithin(stores: ComparedStores, orderId: OrderId, signal: AbortSignal): Promise<Verdict> {
  const within = () => contextFor('compare-live', CANDIDATE_LIMIT_MS)
  const verdicts = await judgeOrders(stores, [orderId], { within, pause: pauseUnless(signal) })
  return verdicts.get(orderId) ?? { kind: 'alike' }
}
