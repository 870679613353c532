// Whole orders taken over from the other store, by version: an older one never wins, so late, repeated and reordered ones are
// harmless, and import, repair and dual write are one function. An order whose state this store cannot take is parked, with
// its reason, and holds up no other.

import { legacyNumberOf, orderIdOfNumber } from '../../contracts/legacy-number.ts'
import { isStatusPair } from '../../contracts/legacy-status.ts'
import { type OrderId, shardOfOrder } from '../../contracts/order-id.ts'
import { shardOf } from '../../contracts/shard.ts'
import type { CallContext } from '../telemetry/call-context.ts'
import { selectOpen, TakesWrites } from './fence.ts'
import { FoundRows, type PresentRow } from './found-rows.ts'
import { mergedInserts } from './merged-inserts.ts'
import { byLane } from './mirror-lanes.ts'
import { errnoOf, isMysqlError } from './mysql-errors.ts'
import type { MysqlLane, Session, Statement } from './mysql-lane.ts'
import type { MysqlPool } from './mysql-pool.ts'
import type { Absorbed, OrderSnapshot } from './order-store.ts'

/** What is particular to a store: its statements. */
export interface Absorber {
  /** Whose rows say what is there of these orders, their numbers and keys; the orders' own rows stay locked. */
  readonly look: (snapshots: readonly OrderSnapshot[]) => readonly Statement[]
  readonly inserts: (snapshot: OrderSnapshot) => readonly Statement[]
  /** Of what changes in an order's life. `payments`: the numbers of those that are there. */
  readonly updates: (snapshot: OrderSnapshot, payments: ReadonlySet<number>) => readonly Statement[]
  /** Of every row that is the order's, or stands where one of its rows is to be, by what `inserts` puts there. */
  readonly replaces: (snapshot: OrderSnapshot) => readonly Statement[]
}

/** `same-version`: what is there of the version that comes is replaced, also what never changes in an order's life. */
type Replaces = 'older' | 'same-version'

/** How often what others absorbed meanwhile is looked at anew. */
const MAX_TRIES = 5

export async function absorbInto(
  pool: MysqlPool,
  absorber: Absorber,
  snapshots: readonly OrderSnapshot[],
  context: CallContext,
  replaces: Replaces = 'older',
): Promise<readonly Absorbed[]> {
  const newest = newestOfEach(snapshots)
  const overtaken = snapshots.filter((snapshot) => !newest.has(snapshot))
  const judged = [...newest].map((snapshot) => ({ snapshot, reason: faultIn(snapshot) }))
  const sound = judged.flatMap(({ snapshot, reason }) => (reason === null ? [snapshot] : []))
  const shares = byLane(pool, sound, ({ order }) => order.orderId)
  const absorbed = await Promise.all(
    shares.map(({ lane, entries }) => absorbOn({ lane, absorber, replaces, context }, inOrder(entries))),
  )
  return [
    ...overtaken.map(({ order }) => ({ orderId: order.orderId, outcome: 'newer' as const })),
    ...judged.flatMap(({ snapshot, reason }) => (reason === null ? [] : [parked(snapshot, reason)])),
    ...absorbed.flat(),
  ]
}

/** Why no store can take it; null: nothing is wrong with it by itself. */
export function faultIn({ order, payments, legacyNo }: OrderSnapshot): string | null {
  if (!Number.isSafeInteger(order.userId) || order.userId < 0) return 'its user has no shard'
  const [shard, shardOfUser] = [shardOfOrder(order.orderId), shardOf(order.userId)]
  if (shard !== shardOfUser) return `its id is of shard ${shard}, its user of shard ${shardOfUser}`
  const payment = payments.at(-1)
  if (!payment) return 'it has no payment'
  if (!isStatusPair(order.status, payment.status)) return `it is ${order.status}, its payment ${payment.status}`
  const bearer = orderIdOfNumber(legacyNo)
  if (bearer !== null && bearer !== order.orderId) return `its number ${legacyNo} is that of order ${bearer}`
  const born = legacyNumberOf(order.orderId)
  return born === null || born === legacyNo ? null : `it is called ${legacyNo}, and its id says ${born}`
}

interface Absorbing {
  readonly lane: MysqlLane
  readonly absorber: Absorber
  readonly replaces: Replaces
  readonly context: CallContext
}

async function absorbOn(absorbing: Absorbing, snapshots: readonly OrderSnapshot[]): Promise<readonly Absorbed[]> {
  try {
    // A new order is mostly not there yet; one that is repaired mostly is.
    const areNew = absorbing.replaces === 'older' && snapshots.every(({ order }) => order.version === 1)
    const inserted = areNew ? await insertAll(absorbing, snapshots) : null
    return inserted ?? (await compareAll(absorbing, snapshots))
  } catch (error) {
    if (!isMysqlError(error, 'refusesValue') && !isMysqlError(error, 'duplicateKey')) throw error
    const [first, second] = snapshots
    if (first && !second) return [parked(first, `the store refuses its rows (MySQL error ${errnoOf(error)})`)]
  }
  // One of them has a fault: it alone is to be held back.
  const absorbed: Absorbed[] = []
  for (const snapshot of snapshots) absorbed.push(...(await absorbOn(absorbing, [snapshot])))
  return absorbed
}

/** In one round trip; null: some of it is there. */
async function insertAll(
  { lane, absorber, context }: Absorbing,
  snapshots: readonly OrderSnapshot[],
): Promise<readonly Absorbed[] | null> {
  try {
    await lane.commitAll(mergedInserts(snapshots.flatMap(absorber.inserts)), context)
    return snapshots.map(stored)
  } catch (error) {
    if (isMysqlError(error, 'duplicateKey') || isMysqlError(error, 'deadlock')) return null
    throw error
  }
}

async function compareAll(absorbing: Absorbing, snapshots: readonly OrderSnapshot[]): Promise<readonly Absorbed[]> {
  const { lane, absorber, context } = absorbing
  for (let tries = 1; ; tries++) {
    try {
      return await lane.transaction(context, async (session) => {
        if (absorbing.replaces === 'same-version') await refuseIfOpen(session, snapshots)
        const found = new FoundRows((await session.rowsOfEach(absorber.look(snapshots))).flat() as PresentRow[])
        const decided = snapshots.map((snapshot) => decide(absorbing, snapshot, found))
        await session.executeAll(decided.flatMap(({ statements }) => statements))
        return decided.map(({ absorbed }) => absorbed)
      })
    } catch (error) {
      // Somebody else has absorbed one of them since we looked.
      const isRace = isMysqlError(error, 'duplicateKey') || isMysqlError(error, 'deadlock')
      if (!isRace || tries >= MAX_TRIES) throw error
    }
  }
}

/** Not by the switches, which may have moved since they were read: a flip that opens this store waits for the commit. */
async function refuseIfOpen(session: Session, snapshots: readonly OrderSnapshot[]): Promise<void> {
  const shards = [...new Set(snapshots.map(({ order }) => shardOfOrder(order.orderId)))]
  const [fences] = await session.rowsOfEach([selectOpen(shards)])
  if ((fences as readonly FenceRow[]).some(({ open_epoch }) => open_epoch !== null)) throw new TakesWrites()
}

interface FenceRow {
  readonly open_epoch: string | null
}

interface Decision {
  readonly absorbed: Absorbed
  readonly statements: readonly Statement[]
}

function decide({ absorber, replaces }: Absorbing, snapshot: OrderSnapshot, found: FoundRows): Decision {
  const { orderId, version } = snapshot.order
  const present = found.versionOf(orderId)
  const isReplaced = replaces === 'same-version'
  const clash = found.clashOf(snapshot, isReplaced ? 'whatever' : 'as-it-is')
  if (clash !== null) return { absorbed: parked(snapshot, clash), statements: [] }
  if (present !== undefined && (isReplaced ? present > version : present >= version)) {
    return { absorbed: { orderId, outcome: 'newer' }, statements: [] }
  }
  // Also where no order is found: a payment without one may be.
  if (isReplaced) return { absorbed: stored(snapshot), statements: absorber.replaces(snapshot) }
  if (present === undefined) return { absorbed: stored(snapshot), statements: absorber.inserts(snapshot) }
  return { absorbed: stored(snapshot), statements: absorber.updates(snapshot, found.paymentsOf(orderId)) }
}

function newestOfEach(snapshots: readonly OrderSnapshot[]): ReadonlySet<OrderSnapshot> {
  const newest = new Map<OrderId, OrderSnapshot>()
  for (const snapshot of snapshots) {
    const other = newest.get(snapshot.order.orderId)
    if (!other || other.order.version < snapshot.order.version) newest.set(snapshot.order.orderId, snapshot)
  }
  return new Set(newest.values())
}

/** Whoever absorbs the same orders at the same time takes their locks in the same order. */
function inOrder(snapshots: readonly OrderSnapshot[]): readonly OrderSnapshot[] {
  return snapshots.toSorted((one, other) => (one.order.orderId < other.order.orderId ? -1 : 1))
}

function stored({ order }: OrderSnapshot): Absorbed {
  return { orderId: order.orderId, outcome: 'stored' }
}

function parked({ order }: OrderSnapshot, reason: string): Absorbed {
  return { orderId: order.orderId, outcome: 'parked', reason }
}
