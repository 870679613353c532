// The monolith's orders taken over by the sharded store while phase 1 runs. What changes meanwhile is marked, and the mirror
// tells it: so an order may be read here and be newer there, and never the other way round.

import type { OrderId } from '../../contracts/order-id.ts'
import type { SwitchState } from '../../contracts/switches.ts'
import { faultIn } from '../storage/absorb.ts'
import type { Absorbed, OrderVersion, OwnedOrderStore, ParkedOrder } from '../storage/order-store.ts'
import type { Progress } from '../storage/progress-table.ts'
import { withinJob } from './judge-in-groups.ts'
import { patiently } from './patiently.ts'
import { PAGE_ORDERS, walkOrders } from './walk-orders.ts'

export interface ImportCounts {
  readonly imported: number
  /** The sharded store had this version of them, or a later one. */
  readonly skippedNewer: number
  readonly parked: number
}

/** Plain data: kept between two runs. */
export interface ImportProgress extends ImportCounts {
  /** Of the switches: since when everything that changes is marked. */
  readonly markedSince: number
  /** Imported up to here; null: not begun. */
  readonly after: OrderId | null
}

export interface ImportTools {
  readonly from: OwnedOrderStore
  readonly to: OwnedOrderStore
  /** null: nothing is written, neither orders nor how far it came. */
  readonly progress: Progress<ImportProgress> | null
  readonly signal: AbortSignal
  readonly onOrders: (orders: number) => void
}

/** Where an earlier run stopped, unless orders changed unmarked since: then from the first one, as those may be among them. */
export function beginImport(
  earlier: ImportProgress | null,
  { comparableSince }: Pick<SwitchState, 'comparableSince'>,
): ImportProgress {
  if (earlier?.markedSince === comparableSince) return earlier
  return { markedSince: comparableSince, after: null, imported: 0, skippedNewer: 0, parked: 0 }
}

export async function importOrders(begun: ImportProgress, tools: ImportTools): Promise<ImportCounts> {
  const { from, progress, signal, onOrders } = tools
  const takeOver: typeof takeOverGroup = progress ? takeOverGroup : foretellGroup
  const asideBefore = progress ? await asideIn(from) : new Set<OrderId>()
  let state = begun
  onOrders(ordersIn(state))
  await walkOrders({
    after: state.after,
    nextPage: (after) => patiently(() => from.idsAfter(after, PAGE_ORDERS, withinJob()), signal),
    work: async (group) => {
      const { imported, skippedNewer, parked } = await patiently(() => takeOver(tools, group, asideBefore), signal)
      state = {
        ...state,
        imported: state.imported + imported,
        skippedNewer: state.skippedNewer + skippedNewer,
        parked: state.parked + parked,
      }
      onOrders(ordersIn(state))
    },
    reached: async ({ upTo }) => {
      state = { ...state, after: upTo ?? state.after }
      if (upTo !== null) await progress?.save(state)
      return true
    },
    signal,
  })
  return state
}

function ordersIn({ imported, skippedNewer, parked }: ImportCounts): number {
  return imported + skippedNewer + parked
}

const LISTED_AT_MOST = 100_000

async function asideIn(from: OwnedOrderStore): Promise<ReadonlySet<OrderId>> {
  return new Set((await from.parked(LISTED_AT_MOST, withinJob())).map(({ orderId }) => orderId))
}

async function takeOverGroup(
  { from, to }: ImportTools,
  group: readonly OrderId[],
  asideBefore: ReadonlySet<OrderId>,
): Promise<ImportCounts> {
  const { whole, unreadable } = await from.snapshots(group, withinJob())
  const absorbed: readonly Absorbed[] = whole.length === 0 ? [] : await to.absorb(whole, withinJob())
  const versionOf = new Map(whole.map(({ order }) => [order.orderId, order.version]))
  const withVersion = <T extends { readonly orderId: OrderId }>(one: T): T & OrderVersion => ({
    ...one,
    version: versionOf.get(one.orderId) ?? 0,
  })
  const poison: readonly ParkedOrder[] = [
    ...unreadable,
    ...absorbed.flatMap((one) => (one.outcome === 'parked' ? [one] : [])),
  ]
  if (poison.length > 0) await from.setAside(poison.map(withVersion), withinJob())
  // What was put aside by an earlier run, and has been corrected since.
  const taken = absorbed.filter(({ orderId, outcome }) => outcome !== 'parked' && asideBefore.has(orderId))
  if (taken.length > 0) await from.settle(taken.map(withVersion), withinJob())
  return {
    imported: absorbed.filter(({ outcome }) => outcome === 'stored').length,
    skippedNewer: absorbed.filter(({ outcome }) => outcome === 'newer').length,
    parked: poison.length,
  }
}

/** What would come of it, as far as reading can tell. */
async function foretellGroup({ from, to }: ImportTools, group: readonly OrderId[]): Promise<ImportCounts> {
  const [{ whole, unreadable }, there] = await Promise.all([
    from.snapshots(group, withinJob()),
    to.snapshots(group, withinJob()),
  ])
  const versionOf = new Map(there.whole.map(({ order }) => [order.orderId, order.version]))
  const sound = whole.filter((snapshot) => faultIn(snapshot) === null)
  const known = sound.filter(({ order }) => (versionOf.get(order.orderId) ?? -1) >= order.version)
  return {
    imported: sound.length - known.length,
    skippedNewer: known.length,
    parked: unreadable.length + whole.length - sound.length,
  }
}
