// Before the first row: may this data set be written here? New, continued, finished, or refused.

import type { Client } from '@elastic/elasticsearch'
import type { Connection } from 'mysql2/promise'
import type { Dataset } from '../contracts/dataset.ts'
import { Refusal } from '../contracts/refusal.ts'
import { ALL_SHARDS, SHARD_COUNT } from '../contracts/shard.ts'
import { foreignRows, refuseOtherDataset } from './other-rows.ts'
import { fillCatalogue } from './store/catalogue.ts'
import type { StoredDataset } from './store/dataset-store.ts'
import { markFedToSearch, markRemoving, readStoredDataset, storeDataset } from './store/dataset-store.ts'
import { ordersDone, readLanes } from './store/lanes.ts'
import { rows } from './store/mysql-connection.ts'
import { dropAll, filledTables } from './store/order-tables.ts'
import { createSlices, dropSlices, indexedFingerprint, missingSlices, startLoading } from './store/search-index.ts'
import { isShared } from './store/seed-lock.ts'

/** LOAD DATA LOCAL is switched on for the load where the account may; returns how to undo it. */
export async function allowLocalInfile(connection: Connection): Promise<() => Promise<void>> {
  const [row] = await rows<{ allowed: string | number }>(connection, 'SELECT @@GLOBAL.local_infile AS allowed')
  if (Number(row?.allowed) === 1) return async () => {}
  try {
    await connection.query('SET GLOBAL local_infile = 1')
  } catch (error) {
    throw new Refusal({
      what: 'the database does not take LOAD DATA LOCAL INFILE',
      why: ['local_infile is OFF (MySQL 8 and 9 ship so)', error instanceof Error ? error.message : String(error)],
      wayOut: 'Have an administrator run SET GLOBAL local_infile = 1, or start the server with --local-infile=ON.',
    })
  }
  return async () => {
    if (!(await isShared(connection))) await connection.query('SET GLOBAL local_infile = 0')
  }
}

/** Tables with rows and no record of who wrote them are not ours to add to. */
export async function refuseForeignRows(connection: Connection): Promise<void> {
  const filled = await filledTables(connection)
  if (filled.length > 0) throw foreignRows(filled)
}

export async function removeAll(connection: Connection, search: Client | null): Promise<void> {
  await markRemoving(connection)
  if (search) await dropSlices(search)
  await dropAll(connection)
}

export async function beginDataset(
  connection: Connection,
  search: Client | null,
  dataset: Dataset,
  ownShards: readonly number[] = ALL_SHARDS,
): Promise<void> {
  // In this order: whoever makes the index has named its data set before.
  const indexed = search ? await indexedFingerprint(search) : null
  // Of several servers, it may have been made for another one's shards.
  const isNamed = ownShards.length < SHARD_COUNT || (await readStoredDataset(connection)) !== null
  if (indexed !== null && (!isNamed || indexed !== dataset.fingerprint)) throw otherOrdersIndexed(indexed, dataset)
  await storeDataset(connection, dataset, { fedToSearch: search !== null, ownShards })
  const stored = await readStoredDataset(connection)
  if (stored) {
    refuseOtherDataset(stored, dataset) // a seeder of other shards may have begun another one meanwhile
    await agreeOnSearch(connection, stored, search !== null)
  }
  await fillCatalogue(connection)
  if (!search) return
  await createSlices(search, dataset)
  const ready = await indexedFingerprint(search)
  if (ready !== dataset.fingerprint) throw otherOrdersIndexed(ready ?? 'none', dataset)
  await startLoading(search)
}

/** Whether documents are sent may be decided anew while no order is committed, and nobody else is at work. */
async function agreeOnSearch(connection: Connection, stored: StoredDataset, isFed: boolean): Promise<void> {
  if (stored.fedToSearch === isFed) return
  const committed = ordersDone(await readLanes(connection, stored.dataset))
  if (committed === 0 && !(await isShared(connection))) return await markFedToSearch(connection, isFed)
  throw new Refusal({
    what: `another seeder fills this data set ${isFed ? 'without Elasticsearch' : 'with Elasticsearch, and none is given here'}`,
    why: ['orders that are committed without their documents cannot be indexed afterwards'],
    wayOut: 'Give every seeder of a data set the same HEADROOM_ELASTICSEARCH_URL, or none of them one.',
  })
}

function otherOrdersIndexed(indexed: string, { fingerprint }: Dataset): Refusal {
  return new Refusal({
    what: 'Elasticsearch holds other orders than this database',
    why: [`index fingerprint ${indexed.slice(0, 12)}, asked for ${fingerprint.slice(0, 12)}`],
    wayOut: 'Add --reset to remove the index, and what MySQL holds, first.',
  })
}

/**
 * Committed chunks have their documents in the index, or all of them have none: a hole cannot be filled afterwards.
 * `isDone`: nothing is left to do, neither rows to write nor an index to put back to serving.
 */
export async function refuseOtherSearch(
  { dataset, fedToSearch }: StoredDataset,
  search: Client | null,
  ordersCommitted: number,
  isDone: boolean,
): Promise<void> {
  if (ordersCommitted === 0) return
  const wayOut = 'Seed again from the start with --reset.'
  if (!search && fedToSearch && !isDone) {
    throw new Refusal({
      what: 'this data set was begun with Elasticsearch, and none is given now',
      why: [`the documents of ${ordersCommitted} orders are indexed; what is left concerns the index too`],
      wayOut: 'Set HEADROOM_ELASTICSEARCH_URL as before, and run the same command: it continues.',
    })
  }
  if (search && !fedToSearch) {
    throw new Refusal({
      what: 'this data set was seeded without Elasticsearch',
      why: [`${ordersCommitted} orders are committed, and none of them is indexed`],
      wayOut,
    })
  }
  if (!search) return
  const indexed = await indexedFingerprint(search)
  const missing = await missingSlices(search, dataset)
  if (indexed !== dataset.fingerprint || missing.length > 0) {
    const isGone = indexed === null || indexed === dataset.fingerprint
    throw new Refusal({
      what: `the search index ${isGone ? 'is gone' : 'was replaced'}, but MySQL holds orders that were in it`,
      why: [`${ordersCommitted} orders are committed`],
      wayOut,
    })
  }
}
