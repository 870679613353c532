// The ladder's table, filled up to a rung: the first orders of the whole table in time, with their items and payments.
// Each rung is a whole data set of its own, and the beginning of the next.

import type { Connection, ResultSetHeader } from 'mysql2/promise'
import type { Dataset, SeedVolume } from '../contracts/dataset.ts'
import { lowestOrderIdAt } from '../contracts/idempotency.ts'
import { Refusal } from '../contracts/refusal.ts'
import { ALL_SHARDS, type Shard, TABLE_FAMILIES, tableName } from '../contracts/shard.ts'
import { countItemsByShard, draftRung, withItems } from './build-dataset.ts'
import { allowLocalInfile, refuseForeignRows, removeAll } from './prepare-stores.ts'
import { runLanes } from './run-lanes.ts'
import type { SeedDeps } from './seed-options.ts'
import { fillCatalogue } from './store/catalogue.ts'
import {
  markFinished,
  readStoredDataset,
  renameDataset,
  type StoredDataset,
  storeDataset,
} from './store/dataset-store.ts'
import { isComplete, type Lane, markUnindexed, readLanes } from './store/lanes.ts'
import { connect, explained, rows } from './store/mysql-connection.ts'
import { dropIndexes } from './store/order-tables.ts'
import { createSlices, endLoading, explainedSearch, searchClient } from './store/search-index.ts'
import { lockShards } from './store/seed-lock.ts'

export interface RungFill {
  readonly volume: SeedVolume
  readonly seed: number
  readonly shard: Shard
  readonly orders: number
  /** What is there holds more already, or is of another plan: remove it first. */
  readonly reset: boolean
}

export interface FilledRung {
  readonly dataset: Dataset
  readonly rowsWritten: number
  readonly seconds: number
}

const ROWS_PER_DELETE = 10_000

/** The same call continues what a killed one began; a rung that is there is left as it is, but for what was ordered since. */
export async function fillRung(fill: RungFill, deps: SeedDeps): Promise<FilledRung> {
  const startedAtMs = Date.now()
  const connection = await connect(deps.stores.mysql)
  try {
    await lockShards(connection, ALL_SHARDS)
    if (fill.reset) await removeAll(connection, null)
    const stored = await readStoredDataset(connection)
    const draft = draftRung(fill.volume, fill)
    if (stored) refuseOtherTable(stored, fill)
    else await refuseForeignRows(connection)
    const isThere = stored?.dataset.fingerprint === draft.fingerprint
    const dataset = isThere
      ? stored.dataset
      : withItems(draft, await countItemsByShard(draft, fill.volume.plan, deps.signal))
    await nameRung(connection, stored, dataset, fill.shard)
    const lane = laneOf(await readLanes(connection, dataset), fill.shard)
    if (lane.done > fill.orders) throw tooMuch(lane.done, fill)
    await removeLaterOrders(connection, fill.shard, dataset.endMs)
    const rowsWritten = isComplete(lane) ? 0 : await load(connection, lane, dataset, fill, deps)
    await markFinished(connection)
    return { dataset, rowsWritten, seconds: (Date.now() - startedAtMs) / 1000 }
  } catch (error) {
    throw explained(error)
  } finally {
    connection.destroy()
  }
}

/** How many of the ladder's orders are there, for who has to choose. null: none of this table, or another's. */
export async function rungThere(mysql: SeedDeps['stores']['mysql'], fill: Omit<RungFill, 'orders' | 'reset'>) {
  const connection = await connect(mysql)
  try {
    const stored = await readStoredDataset(connection)
    if (!stored) return { kind: 'nothing' } as const
    if (!isOfTable(stored, fill)) return { kind: 'other' } as const
    const lane = laneOf(await readLanes(connection, stored.dataset), fill.shard)
    return { kind: 'rung', orders: lane.done } as const
  } finally {
    connection.destroy()
  }
}

/** Empty slices: what the load orders is indexed beside nothing. */
export async function makeSearchIndex(elasticsearchUrl: string, dataset: Dataset): Promise<void> {
  const search = searchClient(elasticsearchUrl)
  try {
    const whole = { ...dataset, fingerprint: 'ladder' }
    await createSlices(search, whole)
    await endLoading(search, whole)
  } catch (error) {
    throw explainedSearch(error)
  } finally {
    await search.close()
  }
}

async function nameRung(
  connection: Connection,
  stored: StoredDataset | null,
  dataset: Dataset,
  shard: Shard,
): Promise<void> {
  if (stored === null) {
    await storeDataset(connection, dataset, { fedToSearch: false, ownShards: [shard] })
    await fillCatalogue(connection)
  } else if (stored.dataset.fingerprint !== dataset.fingerprint) {
    // In this order: an index that is named as built is built anew, also when a kill comes between.
    await markUnindexed(connection, shard)
    await renameDataset(connection, dataset)
  }
}

async function load(
  connection: Connection,
  lane: Lane,
  dataset: Dataset,
  { volume, shard }: RungFill,
  deps: SeedDeps,
): Promise<number> {
  const forbidAgain = await allowLocalInfile(connection)
  try {
    if (lane.done > 0 && lane.done < lane.orders) await dropIndexes(connection, shard)
    const job = { dataset, plan: volume.plan, stores: { ...deps.stores, elasticsearchUrl: null } }
    return await runLanes({ lanes: [lane], shards: [shard], job, lock: connection }, deps)
  } finally {
    await forbidAgain().catch(() => {})
  }
}

/** Orders of the load, with all that belongs to them: the rung is again what it was, and the next begins where it ends. */
async function removeLaterOrders(connection: Connection, shard: Shard, endMs: number): Promise<void> {
  for (const family of TABLE_FAMILIES) {
    const table = tableName(family, shard)
    if (!(await exists(connection, table))) continue
    for (;;) {
      const [{ affectedRows }] = await connection.query<ResultSetHeader>(
        `DELETE FROM ${table} WHERE order_id >= ? LIMIT ${ROWS_PER_DELETE}`,
        [lowestOrderIdAt(endMs)],
      )
      if (affectedRows < ROWS_PER_DELETE) break
    }
  }
}

async function exists(connection: Connection, table: string): Promise<boolean> {
  const found = await rows(
    connection,
    'SELECT 1 FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ?',
    [table],
  )
  return found.length > 0
}

function laneOf(lanes: readonly Lane[], shard: Shard): Lane {
  const lane = lanes.find((one) => one.shard === shard)
  if (!lane) throw new Error(`shard ${shard} has no lane`)
  return lane
}

/** A rung of the same table: its own fingerprint, made again from its own number of orders. */
function isOfTable({ dataset }: StoredDataset, { volume, seed, shard }: Omit<RungFill, 'orders' | 'reset'>): boolean {
  const orders = dataset.shards[shard]?.orders ?? 0
  return draftRung(volume, { seed, shard, orders }).fingerprint === dataset.fingerprint
}

function refuseOtherTable(stored: StoredDataset, fill: RungFill): void {
  if (isOfTable(stored, fill)) return
  throw new Refusal({
    what: "the ladder's own database holds another table",
    why: ['it was filled from another plan, shard, seed, or by another version of Headroom'],
    wayOut: 'Add --reset to remove it first; the data of npm start lies elsewhere and stays.',
  })
}

function tooMuch(done: number, { orders }: RungFill): Refusal {
  return new Refusal({
    what: `the ladder's table holds ${done.toLocaleString('en')} orders, more than the rung of ${orders.toLocaleString('en')}`,
    why: ['a table is filled upwards only'],
    wayOut: 'Add --reset to fill it anew.',
  })
}
