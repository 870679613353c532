// How fast the seeder is against what the engines can take: one run, contenders in turn, ratios with their spread.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Connection } from 'mysql2/promise'
import type { SeedVolume } from '../../contracts/dataset.ts'
import { countRows, draftDataset } from '../build-dataset.ts'
import type { SeedDeps } from '../seed-options.ts'
import { connect } from '../store/mysql-connection.ts'
import { dropIndex, searchClient } from '../store/search-index.ts'
import { type Bench, type Contender, localFiles, multiRowInsert, seeder, serverSideFiles } from './contenders.ts'
import { nullSinkRate, writeReadyFiles } from './ready-rows.ts'
import { BENCH_INDEX, fedBulk, readyBulk } from './search-bench.ts'
import { hasSysbench, sysbenchPrepare } from './sysbench.ts'

export interface BenchOptions {
  readonly volume: SeedVolume
  /** Per table; one table of each family per core. */
  readonly orders: number
  readonly repeats: number
}

/** Rows (or documents) per second, one figure per repeat. */
export interface BenchReport {
  readonly rates: Readonly<Record<string, readonly number[]>>
  readonly floor: 'server-side files' | 'files over the connection'
  readonly notes: readonly string[]
}

const SCHEMA = 'headroom_bench'

export async function benchSeed(options: BenchOptions, deps: SeedDeps): Promise<BenchReport> {
  const admin = await connect(deps.stores.mysql)
  const folder = await mkdtemp(join(tmpdir(), 'headroom-bench-'))
  const search = deps.stores.elasticsearchUrl ? searchClient(deps.stores.elasticsearchUrl) : null
  try {
    await admin.query(`DROP DATABASE IF EXISTS ${SCHEMA}`)
    await admin.query(`CREATE DATABASE ${SCHEMA}`)
    const bench = await prepare(options, deps, folder)
    const mayReadFiles = await canReadFiles(admin)
    const floor: Contender = mayReadFiles ? serverSideFiles : localFiles
    const rates: Record<string, number[]> = {}
    const keep = (name: string, rate: number) => {
      rates[name] = [...(rates[name] ?? []), rate]
      deps.say(`${name.padEnd(28)} ${Math.round(rate).toLocaleString('en').padStart(12)} /s`)
    }
    for (let repeat = 0; repeat < options.repeats; repeat++) {
      deps.signal.throwIfAborted()
      keep('generator, null sink, 1 core', await nullSinkRate(bench.dataset, bench.plan, bench.shards.slice(0, 1)))
      keep('floor: ready files', await rateOf(floor, bench))
      keep('seeder', await rateOf(seeder, bench))
      keep('multi-row INSERT', await rateOf(multiRowInsert, bench))
      if (hasSysbench()) keep('sysbench prepare, row bytes', await sysbenchPrepare(bench))
      if (search) keep('search: ready bodies', await readyBulk(search, bench))
      if (search) keep('search: fed by the pass', await fedBulk(search, bench))
    }
    return {
      rates,
      floor: mayReadFiles ? 'server-side files' : 'files over the connection',
      notes: hasSysbench() ? [] : ['sysbench is not installed: not compared'],
    }
  } finally {
    await admin.query(`DROP DATABASE IF EXISTS ${SCHEMA}`).catch(() => {})
    admin.destroy()
    if (search) await dropIndex(search, BENCH_INDEX).catch(() => {})
    await search?.close()
    await rm(folder, { recursive: true, force: true })
  }
}

async function prepare({ volume, orders }: BenchOptions, deps: SeedDeps, folder: string): Promise<Bench> {
  const rowsByTable = volume.rowsByTable.map(() => orders)
  const draft = draftDataset({ ...volume, rowsByTable }, { seed: 1, scale: 1, fullShards: [] })
  const dataset = countRows(draft, volume.plan)
  const shards = Array.from({ length: Math.max(1, deps.cores) }, (_, shard) => shard)
  const url = new URL(deps.stores.mysql.url)
  url.pathname = `/${SCHEMA}`
  const stores = { mysql: { ...deps.stores.mysql, url: url.href }, elasticsearchUrl: null }
  const files = await writeReadyFiles(dataset, volume.plan, shards, folder)
  return { dataset, plan: volume.plan, shards, stores, files, deps }
}

/** LOAD DATA INFILE asks for the FILE privilege, and for a server that may read our folder. */
async function canReadFiles(connection: Connection): Promise<boolean> {
  try {
    const [rows] = await connection.query('SELECT LOAD_FILE(?) IS NOT NULL AS readable', ['/etc/hostname'])
    return Number((rows as { readable: number }[])[0]?.readable) === 1
  } catch {
    return false
  }
}

async function rateOf(contender: Contender, bench: Bench): Promise<number> {
  const { rows, seconds } = await contender(bench)
  return rows / seconds
}
