// Fills the monolith's tables with a plan's orders in the old shape: the very orders that the sharded tables would hold,
// one after the other in time. Chunk by chunk, resumable, and proven at its end.

import { Readable } from 'node:stream'
import type { Connection } from 'mysql2/promise'
import type { Dataset } from '../../contracts/dataset.ts'
import { ordersBeforeHour } from '../../contracts/legacy-numbers.ts'
import { LEGACY_ITEMS_TABLE, LEGACY_ORDERS_TABLE, LEGACY_USERS_TABLE } from '../../contracts/legacy-tables.ts'
import { legacyNickname } from '../../contracts/legacy-text.ts'
import { userIdOf } from '../../contracts/seeded-order.ts'
import { SHARD_COUNT } from '../../contracts/shard.ts'
import type { MysqlAddress } from '../../contracts/shard-map.ts'
import { countItemsByShard, draftDataset, withItems } from '../build-dataset.ts'
import { scaleFor } from '../choose-scale.ts'
import type { ChunkRange } from '../chunk-ranges.ts'
import { foreignRows, refuseOtherDataset } from '../other-rows.ts'
import { allowLocalInfile } from '../prepare-stores.ts'
import type { SeedDeps, SeedOptions } from '../seed-options.ts'
import { loadRows } from '../sinks/load-rows.ts'
import { prepareSession } from '../sinks/mysql-loader.ts'
import { markFinished, markRemoving, readStoredDataset, storeDataset } from '../store/dataset-store.ts'
import { moveCheckpoint } from '../store/lanes.ts'
import { connect, explained } from '../store/mysql-connection.ts'
import { lockShards } from '../store/seed-lock.ts'
import { hourChunks } from './hour-chunks.ts'
import { type LegacyFinding, legacyFindings } from './legacy-books.ts'
import {
  LEGACY_ITEM_COLUMNS,
  LEGACY_ORDER_COLUMNS,
  legacyItemRows,
  legacyOrderRows,
  ORDER_ROWS_PER_ORDER,
} from './legacy-rows.ts'
import {
  analyseLegacyTables,
  createLegacyTables,
  dropLegacy,
  filledLegacyTables,
  fillLegacyProducts,
  LEGACY_LANES,
  laneDone,
  legacyTableBytes,
  refuseMigration,
} from './legacy-store.ts'
import { OrdersInTime } from './orders-in-time.ts'

/** Loaded and compared, on two cores that had other work: docs/how-do-i-run-the-monolith.md. */
export const LEGACY_ORDERS_PER_SECOND = 6_500

export type LegacySeedOptions = Pick<
  SeedOptions,
  'volume' | 'seed' | 'scale' | 'timeBudgetSeconds' | 'reset' | 'ifEmpty'
>
export type LegacySeedDeps = Omit<SeedDeps, 'stores' | 'cores'> & { readonly address: MysqlAddress }

export interface LegacySeedReport {
  readonly dataset: Dataset
  readonly outcome: 'seeded' | 'already-there'
  /** By this run: two rows of `t_order` for each order, its items, and the users. */
  readonly rowsWritten: number
  readonly seconds: number
  readonly tableBytes: number
  /** Against the formulas; null: nothing was written, so nothing was looked at. */
  readonly findings: readonly LegacyFinding[] | null
}

/** The same call continues what a killed one began; a finished data set is left as it is. */
export async function seedLegacy(options: LegacySeedOptions, deps: LegacySeedDeps): Promise<LegacySeedReport> {
  const connection = await connect(deps.address)
  try {
    await lockShards(connection, Object.values(LEGACY_LANES))
    return await seedLocked(connection, options, deps)
  } catch (error) {
    throw explained(error)
  } finally {
    connection.destroy()
  }
}

async function seedLocked(
  connection: Connection,
  options: LegacySeedOptions,
  deps: LegacySeedDeps,
): Promise<LegacySeedReport> {
  const startedAtMs = Date.now()
  const found = options.reset ? null : await readStoredDataset(connection)
  const isReset = options.reset || found?.state === 'removing'
  const stored = isReset ? null : found
  const draft = draftDataset(options.volume, {
    seed: options.seed,
    fullShards: [],
    scale: scaleFor(options, { ...deps, ordersPerSecond: LEGACY_ORDERS_PER_SECOND }, stored),
  })
  if (stored && !(options.ifEmpty && stored.state === 'finished')) refuseOtherDataset(stored, draft)
  const seconds = () => (Date.now() - startedAtMs) / 1000
  if (stored?.state === 'finished') {
    deps.say("Every order is already there, in the monolith's tables: 0 rows written.")
    const tableBytes = await legacyTableBytes(connection)
    return {
      dataset: stored.dataset,
      outcome: 'already-there',
      rowsWritten: 0,
      seconds: seconds(),
      tableBytes,
      findings: null,
    }
  }
  await refuseMigration(connection)
  const { plan } = options.volume
  const dataset = stored?.dataset ?? withItems(draft, await countItemsByShard(draft, plan, deps.signal))
  if (isReset) {
    await markRemoving(connection)
    await dropLegacy(connection)
  } else if (!stored) {
    const filled = await filledLegacyTables(connection)
    if (filled.length > 0) throw foreignRows(filled)
  }
  deps.say(forecastText(dataset))
  await createLegacyTables(connection)
  await storeDataset(connection, dataset, { fedToSearch: false, ownShards: Object.values(LEGACY_LANES) })
  await fillLegacyProducts(connection)
  const rowsWritten = await load(connection, dataset, options, deps)
  await analyseLegacyTables(connection)
  deps.say('Comparing the tables with the formulas.')
  const findings = await legacyFindings(connection, dataset, plan, deps.signal)
  // Half seeded in the eyes of all who ask, until it is what it says.
  if (findings.length === 0) await markFinished(connection)
  const tableBytes = await legacyTableBytes(connection)
  return { dataset, outcome: 'seeded', rowsWritten, seconds: seconds(), tableBytes, findings }
}

function forecastText({ rows: { orders, order_items } }: Dataset): string {
  const text = (rows: number) => rows.toLocaleString('en')
  return `${text(orders)} orders: ${text(ORDER_ROWS_PER_ORDER * orders)} rows of ${LEGACY_ORDERS_TABLE}, ${text(order_items)} of ${LEGACY_ITEMS_TABLE}`
}

async function load(
  connection: Connection,
  dataset: Dataset,
  { volume }: LegacySeedOptions,
  { signal, startProgress }: LegacySeedDeps,
): Promise<number> {
  const forbidAgain = await allowLocalInfile(connection)
  await prepareSession(connection)
  const usersDone = await laneDone(connection, 'users')
  const hoursDone = await laneDone(connection, 'orders')
  const progress = startProgress({ label: 'Seeding', total: rowsLeft(dataset, usersDone, hoursDone), unit: 'rows' })
  let written = 0
  const add = (rows: number) => {
    written += rows
    progress.update(written)
  }
  try {
    for (let shard = usersDone; shard < SHARD_COUNT; shard++) {
      signal.throwIfAborted()
      add(await loadUsers(connection, dataset, shard))
    }
    const orders = new OrdersInTime(dataset, volume.plan)
    for (const hours of hourChunks(dataset, hoursDone)) {
      signal.throwIfAborted()
      add(await loadHours(connection, orders, hours))
    }
    return written
  } finally {
    progress.stop()
    await forbidAgain().catch(() => {})
  }
}

async function loadUsers(connection: Connection, dataset: Dataset, shard: number): Promise<number> {
  const ids = usersOf(dataset, shard)
  const lines = ids.map((id) => `${id}\t${legacyNickname(id)}\n`)
  await committed(connection, async () => {
    await loadRows(connection, {
      table: LEGACY_USERS_TABLE,
      columns: ['id', 'nickname'],
      rows: ids.length,
      stream: () => streamOf(lines),
    })
    await moveCheckpoint(connection, LEGACY_LANES.users, { from: shard, to: shard + 1 })
  })
  return ids.length
}

function usersOf({ shards, firstWhaleIndex }: Dataset, shard: number): readonly number[] {
  const { users = 0, whales = 0 } = shards[shard] ?? {}
  return [
    ...Array.from({ length: users }, (_, index) => userIdOf(index, shard)),
    ...Array.from({ length: whales }, (_, whale) => userIdOf(firstWhaleIndex + whale, shard)),
  ]
}

async function loadHours(connection: Connection, orders: OrdersInTime, { from, to }: ChunkRange): Promise<number> {
  const orderLines: string[] = []
  const itemLines: string[] = []
  let items = 0
  orders.seek(from, to)
  for (let order = orders.next(); order !== null; order = orders.next()) {
    orderLines.push(legacyOrderRows(order, orders.before))
    itemLines.push(legacyItemRows(order, orders.before))
    items += order.itemCount
  }
  const orderRows = orderLines.length * ORDER_ROWS_PER_ORDER
  await committed(connection, async () => {
    await loadRows(connection, {
      table: LEGACY_ORDERS_TABLE,
      columns: LEGACY_ORDER_COLUMNS,
      rows: orderRows,
      stream: () => streamOf(orderLines),
    })
    await loadRows(connection, {
      table: LEGACY_ITEMS_TABLE,
      columns: LEGACY_ITEM_COLUMNS,
      rows: items,
      stream: () => streamOf(itemLines),
    })
    await moveCheckpoint(connection, LEGACY_LANES.orders, { from, to })
  })
  return orderRows + items
}

/** Rows and checkpoint together, or not at all. */
async function committed(connection: Connection, work: () => Promise<void>): Promise<void> {
  try {
    await connection.query('START TRANSACTION')
    await work()
    await connection.query('COMMIT')
  } catch (error) {
    await connection.query('ROLLBACK').catch(() => {}) // a lost connection rolls back by itself
    throw error
  }
}

const LINES_AT_A_TIME = 500

function streamOf(lines: readonly string[]): Readable {
  return Readable.from(joined(lines), { objectMode: false })
}

function* joined(lines: readonly string[]): Generator<Buffer> {
  for (let at = 0; at < lines.length; at += LINES_AT_A_TIME) {
    yield Buffer.from(lines.slice(at, at + LINES_AT_A_TIME).join(''))
  }
}

/** Items by their mean: the bar need not be exact. */
function rowsLeft(dataset: Dataset, usersDone: number, hoursDone: number): number {
  const { orders, order_items } = dataset.rows
  const left = orders - ordersBeforeHour(dataset, hoursDone)
  const users = dataset.shards
    .filter(({ shard }) => shard >= usersDone)
    .reduce((sum, table) => sum + table.users + table.whales, 0)
  return users + Math.round(left * (ORDER_ROWS_PER_ORDER + order_items / Math.max(1, orders)))
}
