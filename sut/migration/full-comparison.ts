// Every order of both stores compared: a walk that finds suspects and goes on after a kill where it was, then a verdict on
// each suspect, at the end, so that what was told or repaired meanwhile is no difference. Its result is kept with the
// switches, where it opens the way into phase 2.

import type { OrderId } from '../../contracts/order-id.ts'
import { PHASE_RULES, STORE_NAMES, type StoreName, type SwitchState } from '../../contracts/switches.ts'
import type { IdPage } from '../storage/order-store.ts'
import type { Progress } from '../storage/progress-table.ts'
import type { Ledgers } from '../switches/store-ledger.ts'
import { findSuspects } from './find-suspects.ts'
import { type Judged, judgeInGroups, withinJob } from './judge-in-groups.ts'
import type { ComparedStores } from './order-sights.ts'
import { patiently } from './patiently.ts'
import { repairOrders } from './repair-orders.ts'
import { commonPage, PAGE_ORDERS, walkOrders } from './walk-orders.ts'

/** Plain data: kept between two runs. */
export interface ComparisonProgress {
  readonly comparisonId: string
  readonly beganRevision: number
  readonly authority: StoreName
  /** Compared up to here; null: not begun. */
  readonly after: OrderId | null
  readonly compared: number
  readonly suspects: readonly OrderId[]
}

export interface ComparisonReport extends Judged {
  readonly compared: number
  readonly repaired: number
  /** False: it stopped, as there are more differences than anybody reads. */
  readonly isWhole: boolean
}

export interface ComparisonTools {
  readonly stores: ComparedStores
  readonly ledgers: Ledgers
  readonly progress: Progress<ComparisonProgress>
  readonly signal: AbortSignal
  /** Orders compared since the comparison began. */
  readonly onCompared: (orders: number) => void
}

const MAX_SUSPECTS = 20_000

/** Where an earlier run stopped, as long as what it found still counts; else from the first order. */
export function beginOrGoOn(
  earlier: ComparisonProgress | null,
  { revision, comparableSince, phase }: SwitchState,
  newId: () => string,
): ComparisonProgress {
  const { authority } = PHASE_RULES[phase]
  if (earlier && earlier.authority === authority && earlier.beganRevision >= comparableSince) return earlier
  return { comparisonId: newId(), beganRevision: revision, authority, after: null, compared: 0, suspects: [] }
}

export async function compareInFull(
  begun: ComparisonProgress,
  tools: ComparisonTools,
  isRepairing: boolean,
): Promise<ComparisonReport> {
  const { stores, progress, signal } = tools
  await note(tools, begun, { hasEnded: false, differences: 0 })
  const walked = await walk(begun, tools)
  const found = await judgeInGroups(stores, walked.suspects, signal)
  const repaired = isRepairing ? await repairOrders(stores, found.differences, signal) : 0
  // What was repaired is looked at like everything else.
  const judged = repaired > 0 ? await judgeInGroups(stores, walked.suspects, signal) : found
  const isWhole = walked.suspects.length < MAX_SUSPECTS
  await note(tools, walked, { hasEnded: isWhole, differences: judged.differing })
  await progress.forget()
  return { ...judged, compared: walked.compared, repaired, isWhole }
}

async function walk(begun: ComparisonProgress, tools: ComparisonTools): Promise<ComparisonProgress> {
  const { stores, progress, signal, onCompared } = tools
  let state = begun
  let suspects: OrderId[] = []
  onCompared(state.compared)
  await walkOrders({
    after: state.after,
    nextPage: async (after) => commonPage(await bothPages(stores, after, signal)),
    work: async (group) => {
      suspects.push(...(await patiently(() => findSuspects(stores, group, withinJob), signal)))
    },
    reached: async ({ orderIds, upTo }) => {
      state = {
        ...state,
        after: upTo ?? state.after,
        compared: state.compared + orderIds.length,
        suspects: [...state.suspects, ...suspects].slice(0, MAX_SUSPECTS),
      }
      suspects = []
      onCompared(state.compared)
      // After the last page there is nothing to go on with: what is new by then is compared once more.
      if (upTo !== null) {
        await progress.save(state)
        await note(tools, state, { hasEnded: false, differences: 0 })
      }
      return state.suspects.length < MAX_SUSPECTS
    },
    signal,
  })
  return state
}

function bothPages(
  { authority, other }: ComparedStores,
  after: OrderId | null,
  signal: AbortSignal,
): Promise<readonly IdPage[]> {
  return Promise.all(
    [authority, other].map((store) => patiently(() => store.idsAfter(after, PAGE_ORDERS, withinJob()), signal)),
  )
}

/** In both databases: a flip asks the one that answers. */
async function note(
  { ledgers, signal }: ComparisonTools,
  { comparisonId, beganRevision, compared }: ComparisonProgress,
  result: { readonly hasEnded: boolean; readonly differences: number },
): Promise<void> {
  await Promise.all(
    STORE_NAMES.map((name) =>
      patiently(() => ledgers[name].saveComparison({ comparisonId, beganRevision, compared, ...result }), signal),
    ),
  )
}
