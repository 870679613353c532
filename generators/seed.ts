// Fills 64 × 3 tables and the search index with the plan's orders: chunk by chunk, resumable, exact.

import type { Client } from '@elastic/elasticsearch'
import type { Connection } from 'mysql2/promise'
import type { Dataset } from '../contracts/dataset.ts'
import { ALL_SHARDS, SHARD_COUNT, type StoredFamily } from '../contracts/shard.ts'
import { countItemsByShard, draftDataset, withItems } from './build-dataset.ts'
import { scaleFor } from './choose-scale.ts'
import { refuseOtherDataset } from './other-rows.ts'
import { allowLocalInfile, beginDataset, refuseForeignRows, refuseOtherSearch, removeAll } from './prepare-stores.ts'
import { runLanes } from './run-lanes.ts'
import { forecast, refuseSmallDisk, sayForecast } from './seed-forecast.ts'
import type { SeedDeps, SeedOptions, SeedReport } from './seed-options.ts'
import { shardText } from './shard-text.ts'
import { markFinished, readStoredDataset } from './store/dataset-store.ts'
import { isComplete, isWhole, ordersDone, readLanes } from './store/lanes.ts'
import { connect, explained } from './store/mysql-connection.ts'
import { refuseLostRedo, restoreRedo, switchRedoOff } from './store/redo-log.ts'
import { endLoading, explainedSearch, measuredSearchBytes, searchClient } from './store/search-index.ts'
import { isShared, lockShards, oneAtATime } from './store/seed-lock.ts'
import { measuredTableBytes } from './store/table-bytes.ts'

/** The same call continues what a killed one began; a finished data set is left as it is. */
export async function seed(options: SeedOptions, deps: SeedDeps): Promise<SeedReport> {
  const connection = await connect(deps.stores.mysql)
  const search = deps.stores.elasticsearchUrl ? searchClient(deps.stores.elasticsearchUrl) : null
  try {
    await lockShards(connection, options.shards)
    return await seedLocked(connection, search, options, deps)
  } catch (error) {
    throw explained(explainedSearch(error))
  } finally {
    connection.destroy()
    await search?.close()
  }
}

/** What is left of a removal that is killed, the next one removes. */
export async function removeDataset(stores: SeedDeps['stores']): Promise<void> {
  const connection = await connect(stores.mysql)
  const search = stores.elasticsearchUrl ? searchClient(stores.elasticsearchUrl) : null
  try {
    await lockShards(connection, ALL_SHARDS)
    await removeAll(connection, search)
  } catch (error) {
    throw explained(explainedSearch(error))
  } finally {
    connection.destroy()
    await search?.close()
  }
}

async function seedLocked(
  connection: Connection,
  search: Client | null,
  options: SeedOptions,
  deps: SeedDeps,
): Promise<SeedReport> {
  const startedAtMs = Date.now()
  const found = options.reset ? null : await readStoredDataset(connection)
  // A removal that was killed is brought to its end first.
  const isReset = options.reset || found?.state === 'removing'
  if (isReset) await lockShards(connection, ALL_SHARDS)
  const stored = isReset ? null : found
  const draft = draftDataset(options.volume, { ...options, scale: scaleFor(options, deps, stored) })
  const prediction = forecast(draft, options)
  const report = { prediction, rowsWritten: 0, measured: null }
  const secondsSoFar = () => (Date.now() - startedAtMs) / 1000

  if (stored) await refuseLostRedo(connection, stored)
  const keepsAny = options.ifEmpty && stored?.state === 'finished'
  if (stored && !keepsAny) refuseOtherDataset(stored, draft)
  const lanesBefore = stored ? await readLanes(connection, stored.dataset) : []
  const isThere = isWhole(lanesBefore, options.shards)
  if (stored) {
    const isDone = isThere && stored.state === 'finished'
    await refuseOtherSearch(stored, search, ordersDone(lanesBefore), isDone)
  }
  if (stored && isThere) {
    deps.say(`Every row of ${shardText(options.shards)} is already there: 0 rows written.`)
    const isFinished = stored.state === 'finished'
    const finished = isFinished || (await endSeeding(connection, search, stored.dataset))
    return { ...report, dataset: stored.dataset, outcome: 'already-there', seconds: secondsSoFar(), finished }
  }
  const lanesOfRun = lanesBefore.filter(({ shard }) => options.shards.includes(shard))
  sayForecast(draft, prediction, lanesOfRun, options, deps)
  const freedBytes = isReset ? sum(await measuredTableBytes(connection, ALL_SHARDS)) : 0
  refuseSmallDisk(prediction, lanesOfRun, deps.freeDiskBytes === null ? null : deps.freeDiskBytes + freedBytes)
  const dataset = stored?.dataset ?? withItems(draft, await countItemsByShard(draft, options.volume.plan, deps.signal))

  if (isReset) await removeAll(connection, search)
  else if (!stored) await refuseForeignRows(connection)
  await oneAtATime(connection, () => beginDataset(connection, search, dataset, options.ownShards))
  const rowsWritten = await load(connection, dataset, options, deps)
  const finished = await endSeeding(connection, search, dataset)
  const seconds = secondsSoFar()
  const measured = {
    tableBytes: await measuredTableBytes(connection, options.shards),
    searchBytes: search && finished && options.shards.length === SHARD_COUNT ? await measuredSearchBytes(search) : null,
  }
  return { ...report, dataset, outcome: 'seeded', rowsWritten, seconds, measured, finished }
}

function sum(bytes: Readonly<Record<StoredFamily, number>>): number {
  return Object.values(bytes).reduce((total, each) => total + each, 0)
}

/** Puts the index back to serving and marks a whole data set so; true if it is whole. May be repeated. */
async function endSeeding(connection: Connection, search: Client | null, dataset: Dataset): Promise<boolean> {
  await restoreRedo(connection)
  const finished = (await readLanes(connection, dataset)).every(isComplete)
  if (search && (finished || !(await isShared(connection)))) await endLoading(search, dataset)
  if (finished) await markFinished(connection)
  return finished
}

async function load(
  connection: Connection,
  dataset: Dataset,
  { volume, shards, redoOff }: SeedOptions,
  deps: SeedDeps,
): Promise<number> {
  const forbidAgain = await allowLocalInfile(connection)
  try {
    // A run before this one may have left it off.
    if (redoOff) await switchRedoOff(connection)
    else await restoreRedo(connection)
    const lanes = (await readLanes(connection, dataset)).filter(({ shard }) => shards.includes(shard))
    return await runLanes(
      { lanes, shards, job: { dataset, plan: volume.plan, stores: deps.stores }, lock: connection },
      deps,
    )
  } catch (error) {
    if (redoOff) await restoreRedo(connection).catch(() => tellRedoLost(deps))
    throw error
  } finally {
    await forbidAgain().catch(() => {})
  }
}

/** A server that is gone cannot be restored now; the next run sees what was noted, and decides. */
function tellRedoLost({ say }: SeedDeps): void {
  say('The server was lost while its redo log was off. If it died, nothing in it can be trusted:')
  say('re-initialise it with an empty data directory, then seed from the start.')
}
