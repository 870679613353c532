// How fast the seeder is against what the engines can take: one run, contenders in turn, ratios with their spread.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Client } from '@elastic/elasticsearch'
import type { Connection } from 'mysql2/promise'
import type { SeedVolume } from '../../contracts/dataset.ts'
import { BENCH_SCHEMA } from '../../contracts/engines.ts'
import type { MysqlAddress } from '../../contracts/shard-map.ts'
import { countRows, draftDataset } from '../build-dataset.ts'
import { allowLocalInfile } from '../prepare-stores.ts'
import type { SeedDeps } from '../seed-options.ts'
import { connect, rows } from '../store/mysql-connection.ts'
import { dropIndex, searchClient } from '../store/search-index.ts'
import {
  type Bench,
  type Contender,
  checkpointShare,
  localFiles,
  multiRowInsert,
  seeder,
  serverSideFiles,
} from './contenders.ts'
import { nullSinkRate, writeReadyFiles } from './ready-rows.ts'
import { BENCH_INDEX, fedBulk, readyBulk } from './search-bench.ts'
import { hasSysbench, sysbenchPrepare } from './sysbench.ts'

export interface BenchOptions {
  readonly volume: SeedVolume
  /** Per table; one table of each family per core. */
  readonly orders: number
  readonly repeats: number
}

export interface BenchReport {
  /** Rows (or documents) per second, one figure per repeat. */
  readonly rates: Readonly<Record<string, readonly number[]>>
  readonly ratios: readonly BenchRatio[]
  readonly notes: readonly string[]
}

export interface BenchRatio {
  readonly name: string
  /** One per repeat: both sides ran one soon after the other. */
  readonly values: readonly number[]
  readonly goal: { readonly atLeast: number } | { readonly atMost: number }
}

const NULL_SINK = 'generator, null sink, 1 core'
const FLOOR = 'floor: ready files'
const SEEDER = 'seeder'
const INSERT = 'multi-row INSERT'
const SYSBENCH = 'sysbench prepare, same rows'
const READY_BODIES = 'search: ready bodies'
const FED_BODIES = 'search: fed by the pass'

/** Contender ÷ contender, and what it should be at least. */
const RATIOS = [
  [SEEDER, FLOOR, 0.9],
  [SEEDER, INSERT, 2],
  [SEEDER, SYSBENCH, 1.3],
  [NULL_SINK, FLOOR, 1],
  [FED_BODIES, READY_BODIES, 0.85],
] as const

const MOST_CHECKPOINT_SHARE = 0.03

export async function benchSeed(options: BenchOptions, deps: SeedDeps): Promise<BenchReport> {
  const mysql = await benchAddress(deps.stores.mysql)
  const admin = await connect(deps.stores.mysql)
  const search = deps.stores.elasticsearchUrl ? searchClient(deps.stores.elasticsearchUrl) : null
  const readable = await readableFolder(mysql)
  const folder = readable ?? (await mkdtemp(join(tmpdir(), 'headroom-bench-')))
  let forbidAgain = async () => {}
  try {
    forbidAgain = await allowLocalInfile(admin)
    await admin.query(`DROP DATABASE IF EXISTS ${BENCH_SCHEMA}`)
    await admin.query(`CREATE DATABASE ${BENCH_SCHEMA}`)
    const bench = await prepare(options, { ...deps, stores: { mysql, elasticsearchUrl: null } }, folder)
    const floor = readable ? serverSideFiles : localFiles
    const rates: Record<string, number[]> = {}
    const checkpointShares: number[] = []
    for (let repeat = 0; repeat < options.repeats; repeat++) {
      for (const [name, rate] of inTurn(contenders(bench, floor, search), repeat)) {
        deps.signal.throwIfAborted()
        const measured = await rate()
        rates[name] = [...(rates[name] ?? []), measured]
        deps.say(`${name.padEnd(30)} ${Math.round(measured).toLocaleString('en').padStart(12)} /s`)
      }
      checkpointShares.push(await checkpointShare(bench))
    }
    return { rates, ratios: ratiosOf(rates, checkpointShares), notes: notesOf(readable !== null) }
  } finally {
    await admin.query(`DROP DATABASE IF EXISTS ${BENCH_SCHEMA}`).catch(() => {})
    await forbidAgain().catch(() => {})
    admin.destroy()
    if (search) await dropIndex(search, BENCH_INDEX).catch(() => {})
    await search?.close()
    await rm(folder, { recursive: true, force: true })
  }
}

type Rate = readonly [name: string, rate: () => Promise<number>]

function contenders(bench: Bench, floor: Contender, search: Client | null): readonly Rate[] {
  const rateOf = async (contender: Contender) => {
    const { rows, seconds } = await contender(bench)
    return rows / seconds
  }
  return [
    [NULL_SINK, () => nullSinkRate(bench.dataset, bench.plan, bench.shards.slice(0, 1))],
    [FLOOR, () => rateOf(floor)],
    [SEEDER, () => rateOf(seeder)],
    [INSERT, () => rateOf(multiRowInsert)],
    ...(hasSysbench() ? [[SYSBENCH, () => rateOf(sysbenchPrepare)] as const] : []),
    ...(search ? [[READY_BODIES, () => readyBulk(search, bench)] as const] : []),
    ...(search ? [[FED_BODIES, () => fedBulk(search, bench)] as const] : []),
  ]
}

/** Every other repeat backwards: a machine that gets slower favours nobody. */
function inTurn<T>(all: readonly T[], repeat: number): readonly T[] {
  return repeat % 2 === 0 ? all : all.toReversed()
}

function ratiosOf(rates: Readonly<Record<string, readonly number[]>>, checkpointShares: readonly number[]) {
  const ratios: BenchRatio[] = RATIOS.flatMap(([name, against, atLeast]) => {
    const [top, bottom] = [rates[name], rates[against]]
    if (!top || !bottom) return []
    const values = top.map((value, at) => value / (bottom[at] ?? Number.NaN))
    return [{ name: `${name} ÷ ${against}`, values, goal: { atLeast } }]
  })
  const goal = { atMost: MOST_CHECKPOINT_SHARE }
  return [...ratios, { name: 'checkpoint and commit ÷ the whole load of a chunk', values: checkpointShares, goal }]
}

function notesOf(isServerSide: boolean): readonly string[] {
  return [
    isServerSide
      ? 'Floor: the server reads the files itself (LOAD DATA INFILE).'
      : 'Floor: files over the connection, as this account or server may not read them itself.',
    'The files hold every column; the seeder lets the server derive times (docs/decisions/0024-the-server-derives-times.md).',
    ...(hasSysbench() ? [] : ['sysbench is not installed: not compared.']),
  ]
}

async function prepare({ volume, orders }: BenchOptions, deps: SeedDeps, folder: string): Promise<Bench> {
  const rowsByTable = volume.rowsByTable.map(() => orders)
  const draft = draftDataset({ ...volume, rowsByTable }, { seed: 1, scale: 1, fullShards: [] })
  const dataset = countRows(draft, volume.plan)
  const shards = Array.from({ length: Math.max(1, deps.cores) }, (_, shard) => shard)
  const files = await writeReadyFiles(dataset, volume.plan, shards, folder)
  return { dataset, plan: volume.plan, shards, stores: deps.stores, files, deps }
}

/** The schema of the benchmark, by the account that may have files read, where there is one. */
async function benchAddress(given: MysqlAddress): Promise<MysqlAddress> {
  const url = new URL(given.url)
  url.pathname = `/${BENCH_SCHEMA}`
  const ofGivenAccount = { ...given, url: url.href }
  url.username = BENCH_SCHEMA
  const ofBenchAccount = { ...given, url: url.href }
  try {
    const connection = await connect(withoutSchema(ofBenchAccount))
    connection.destroy()
    return ofBenchAccount
  } catch {
    return ofGivenAccount
  }
}

/** A new folder that we write and the server reads, proven with a file; null where there can be none. */
async function readableFolder(mysql: MysqlAddress): Promise<string | null> {
  const connection = await connect(withoutSchema(mysql))
  try {
    const [row] = await rows<{ folder: string | null }>(connection, 'SELECT @@GLOBAL.secure_file_priv AS folder')
    if (!row?.folder) return null
    const folder = join(row.folder, `bench-${process.pid}`)
    await mkdir(folder, { mode: 0o755 })
    await writeFile(join(folder, 'probe'), 'x', { mode: 0o644 })
    if (await isRead(connection, join(folder, 'probe'))) return folder
    await rm(folder, { recursive: true })
    return null
  } catch {
    return null
  } finally {
    connection.destroy()
  }
}

async function isRead(connection: Connection, path: string): Promise<boolean> {
  const [row] = await rows<{ size: number | null }>(connection, 'SELECT LENGTH(LOAD_FILE(?)) AS size', [path])
  return Number(row?.size) === 1
}

function withoutSchema({ url, ...rest }: MysqlAddress): MysqlAddress {
  const server = new URL(url)
  server.pathname = '/'
  return { ...rest, url: server.href }
}
