// A data set whose shards lie on several MySQL servers: each server is seeded with its own, and describes the whole.

import { STORED_FAMILIES, type StoredFamily } from '../contracts/shard.ts'
import { type ShardMap, type ShardServer, serverName } from '../contracts/shard-map.ts'
import type { SizePrediction } from './predict-size.ts'
import { removeDataset, seed } from './seed.ts'
import type { SeedDeps, SeedOptions, SeedReport } from './seed-options.ts'
import { shardText } from './shard-text.ts'

/** The home server comes last: the services ask it, and its data set is finished when all are. */
export async function seedServers(options: SeedOptions, deps: SeedDeps, map: ShardMap): Promise<SeedReport> {
  if (map.length === 1) return seed(options, deps)
  const [home, ...others] = map
  const depsOf = (server: ShardServer): SeedDeps => ({ ...deps, stores: { ...deps.stores, mysql: server } })
  // All before the first row: the index belongs to all of them.
  if (options.reset) for (const server of map) await removeDataset(depsOf(server).stores)
  const reports: SeedReport[] = []
  for (const server of [...others, home]) {
    const shards = options.shards.filter((shard) => server.shards.some((own) => own === shard))
    deps.say(`${serverName(server)}: ${shards.length === 0 ? 'no shards' : shardText(shards)}`)
    const scale = reports[0]?.dataset.scale ?? options.scale
    reports.push(await seed({ ...options, shards, scale, reset: false, ownShards: server.shards }, depsOf(server)))
  }
  return together(reports as [SeedReport, ...SeedReport[]])
}

function together(reports: readonly [SeedReport, ...SeedReport[]]): SeedReport {
  const [first] = reports
  const sum = (value: (report: SeedReport) => number) => reports.reduce((total, report) => total + value(report), 0)
  const perFamily = (value: (report: SeedReport, family: StoredFamily) => number) =>
    Object.fromEntries(
      STORED_FAMILIES.map((family) => [family, sum((report) => value(report, family))]),
    ) as SizePrediction['rows']
  const seeded = reports.find(({ outcome }) => outcome === 'seeded')
  return {
    dataset: first.dataset,
    outcome: (seeded ?? first).outcome,
    rowsWritten: sum(({ rowsWritten }) => rowsWritten),
    seconds: sum(({ seconds }) => seconds),
    prediction: {
      rows: perFamily(({ prediction }, family) => prediction.rows[family]),
      bytesPerRow: first.prediction.bytesPerRow,
      tableBytes: perFamily(({ prediction }, family) => prediction.tableBytes[family]),
      mysqlBytes: sum(({ prediction }) => prediction.mysqlBytes),
      searchBytes: sum(({ prediction }) => prediction.searchBytes),
      totalBytes: sum(({ prediction }) => prediction.totalBytes),
    },
    measured: seeded
      ? { tableBytes: perFamily(({ measured }, family) => measured?.tableBytes[family] ?? 0), searchBytes: null }
      : null,
    finished: reports.every(({ finished }) => finished),
  }
}
