// Verdicts on any number of orders, group by group, and what they come to.

import { setTimeout as sleep } from 'node:timers/promises'
import type { OrderId } from '../../contracts/order-id.ts'
import { type CallContext, contextFor } from '../telemetry/call-context.ts'
import { judgeOrders, type Verdict } from './judge-orders.ts'
import type { ComparedStores, Finding } from './order-sights.ts'
import { patiently } from './patiently.ts'
import { workOnGroups } from './walk-orders.ts'

/** As an answer to a question names them, each order in one of the counts. */
export interface Judged {
  /** By order. */
  readonly differences: readonly Finding[]
  /** Orders with a difference, those that are missing or extra included. */
  readonly differing: number
  readonly missing: number
  readonly extra: number
  readonly lag: number
  readonly parked: number
}

const STATEMENT_LIMIT_MS = 30_000
const FIRST_PAUSE_MS = 50

export function withinJob(): CallContext {
  return contextFor('migration', STATEMENT_LIMIT_MS)
}

/** Doubled with every look: what the mirror is about to tell takes milliseconds, and a busy mirror a second. */
export function pauseUnless(signal: AbortSignal) {
  return (looks: number) => sleep(FIRST_PAUSE_MS * 2 ** (looks - 1), undefined, { signal })
}

export async function judgeInGroups(
  stores: ComparedStores,
  orderIds: readonly OrderId[],
  signal: AbortSignal,
): Promise<Judged> {
  const verdicts = new Map<OrderId, Verdict>()
  const pause = pauseUnless(signal)
  const judge = async (group: readonly OrderId[]) => {
    const judged = await patiently(() => judgeOrders(stores, group, { within: withinJob, pause }), signal)
    for (const [orderId, verdict] of judged) verdicts.set(orderId, verdict)
  }
  await workOnGroups(orderIds, judge, signal)
  // In the order that was asked for, whichever group was done first.
  return summed(orderIds.flatMap((orderId) => verdicts.get(orderId) ?? []))
}

export function summed(verdicts: readonly Verdict[]): Judged {
  const found = verdicts.flatMap((verdict) => (verdict.kind === 'different' ? [verdict.findings] : []))
  const count = (kind: Finding['kind']) => found.filter(([first]) => first?.kind === kind).length
  return {
    differences: found.flat(),
    differing: found.length,
    missing: count('missing'),
    extra: count('extra'),
    lag: verdicts.filter(({ kind }) => kind === 'lag').length,
    parked: verdicts.filter(({ kind }) => kind === 'parked').length,
  }
}
