// The same rows into files, for somebody else's database: one file per table, byte for byte the same however the work
// is split. Files get their names when a shard is whole, so a killed run continues with the first shard that is not.

import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CREATE_PRODUCTS_SQL, PRODUCTS_TABLE } from '../contracts/catalogue.ts'
import type { Dataset, SeedVolume } from '../contracts/dataset.ts'
import type { Plan } from '../contracts/plan.ts'
import { detailsOf, Refusal, type RefusalDetails } from '../contracts/refusal.ts'
import { ALL_SHARDS, SEEDED_FAMILIES, type SeededFamily, type Shard } from '../contracts/shard.ts'
import { createTableSql } from '../contracts/tables.ts'
import { countItemsByShard, draftDataset, expectedItems, expectRows, withItems } from './build-dataset.ts'
import { sizeText } from './predict-size.ts'
import { allProducts } from './products.ts'
import { type FileFormat, fileName } from './rows/row-formats.ts'
import { timeText } from './seed-forecast.ts'
import type { StartProgress } from './seed-options.ts'
import { writeShardFiles } from './sinks/shard-files.ts'

export interface FileOptions {
  readonly volume: SeedVolume
  readonly seed: number
  readonly scale: number
  readonly fullShards: readonly number[]
  readonly shards: readonly number[]
  readonly format: FileFormat
  readonly folder: string
}

export interface FileDeps {
  readonly freeDiskBytes: number
  /** Refuses a folder that another process writes into; returns what gives it free again. */
  readonly lockFolder: (folder: string) => () => void
  readonly signal: AbortSignal
  readonly say: (line: string) => void
  readonly startProgress: StartProgress
}

export interface FileReport {
  readonly dataset: Dataset
  readonly rowsWritten: number
  readonly bytesWritten: number
  /** For the rows that were missing when the run began. */
  readonly predictedBytes: number
  readonly seconds: number
}

const DATASET_FILE = 'dataset.json'

/** Mean bytes of a row, rounded up, and rows a second of the one thread that writes: measured on 2 vCPU (AMD EPYC). */
const ROW_COST: Readonly<Record<FileFormat, { readonly bytes: number; readonly perSecond: number }>> = {
  tsv: { bytes: 53, perSecond: 2_200_000 },
  ndjson: { bytes: 148, perSecond: 1_000_000 },
}

export async function seedFiles(options: FileOptions, deps: FileDeps): Promise<FileReport> {
  const startedAtMs = Date.now()
  const { volume, format, folder } = options
  const draft = draftDataset(volume, options)
  await refuseOtherFiles(draft, folder)
  const items = await countItemsByShard(draft, volume.plan, deps.signal)
  const dataset = withItems(draft, items)
  const open = await openShards(options)
  const total = open.reduce((sum, shard) => sum + 2 * ordersIn(dataset, shard) + (items[shard] ?? 0), 0)
  const predictedBytes = sayForecast(options, open, total, deps)
  refuseSmallDisk(predictedBytes, deps)
  const report = { dataset, predictedBytes }
  const secondsSoFar = () => (Date.now() - startedAtMs) / 1000
  await mkdir(folder, { recursive: true })
  const release = deps.lockFolder(folder)
  try {
    // Another may have come and gone meanwhile.
    await refuseOtherFiles(dataset, folder)
    await writeWhole(join(folder, DATASET_FILE), `${JSON.stringify(dataset)}\n`)
    await writeFile(join(folder, 'tables.sql'), tablesSql(volume.plan.orders))
    await writeFile(join(folder, `${PRODUCTS_TABLE}.${format}`), productText(format))
    const rowsWritten = await writeShards(options, dataset, open, total, deps)
    return { ...report, rowsWritten, bytesWritten: await bytesOf(options, open), seconds: secondsSoFar() }
  } catch (error) {
    throw isDiskFull(error) ? fullDisk(folder) : error
  } finally {
    release()
  }
}

/** `seedFiles` by formula: no order is walked, and nothing is written. Without a folder, of all shards. */
export async function forecastFiles(
  options: Omit<FileOptions, 'folder'> & { readonly folder: string | null },
  deps: Pick<FileDeps, 'freeDiskBytes' | 'say'>,
): Promise<FileForecast> {
  const { volume, folder, shards } = options
  const dataset = expectRows(draftDataset(volume, options), volume.plan)
  if (folder !== null) await refuseOtherFiles(dataset, folder)
  const open = folder === null ? shards : await openShards({ ...options, folder })
  const orders = open.reduce((sum, shard) => sum + ordersIn(dataset, shard), 0)
  const rowsToWrite = 2 * orders + expectedItems(orders, volume.plan)
  const predictedBytes = sayForecast(options, open, rowsToWrite, deps)
  deps.say('order items are the expected number: the run counts them')
  const fits = predictedBytes <= deps.freeDiskBytes
  if (!fits) deps.say('would be refused: too little free disk for these files')
  const wouldBeRefused = fits ? [] : [detailsOf(tooLittleDisk(predictedBytes, deps))]
  return {
    outcome: 'dry-run',
    dataset,
    itemCounts: 'expected',
    rowsWritten: 0,
    rowsToWrite,
    predictedBytes,
    wouldBeRefused,
  }
}

export interface FileForecast {
  readonly outcome: 'dry-run'
  readonly dataset: Dataset
  /** Order items are orders × the plan's mean; every other count is exact. */
  readonly itemCounts: 'expected'
  readonly rowsWritten: 0
  /** Of the shards that are not there yet. */
  readonly rowsToWrite: number
  readonly predictedBytes: number
  readonly wouldBeRefused: readonly RefusalDetails[]
}

/** Returns the bytes. */
function sayForecast(
  { format }: Pick<FileOptions, 'format'>,
  open: readonly number[],
  total: number,
  { freeDiskBytes, say }: Pick<FileDeps, 'freeDiskBytes' | 'say'>,
): number {
  const { bytes: rowBytes, perSecond } = ROW_COST[format]
  const bytes = total * rowBytes
  say(
    `${total.toLocaleString('en')} rows of ${open.length} shards to write in about ${timeText(total / perSecond)}: ${sizeText(bytes)} of ${sizeText(freeDiskBytes)} free`,
  )
  return bytes
}

async function writeShards(
  options: FileOptions,
  dataset: Dataset,
  shards: readonly number[],
  total: number,
  { signal, startProgress }: FileDeps,
): Promise<number> {
  const progress = startProgress({ label: 'Writing', total, unit: 'rows' })
  let written = 0
  const onRows = (rows: number) => {
    written += rows
    progress.update(written)
  }
  try {
    for (const shard of shards) {
      const partial = pathsOf(options, shard, '.partial')
      const files = { dataset, plan: options.volume.plan, shard, format: options.format, paths: partial }
      await writeShardFiles(files, { signal, onRows })
      const whole = pathsOf(options, shard)
      for (const family of SEEDED_FAMILIES) await rename(partial[family], whole[family])
    }
    return written
  } finally {
    progress.stop()
  }
}

/** dataset.json says what the files hold; a folder of another data set is refused. */
async function refuseOtherFiles(dataset: Pick<Dataset, 'fingerprint'>, folder: string): Promise<void> {
  const text = await readFile(join(folder, DATASET_FILE), 'utf8').catch(() => null)
  if (text === null || fingerprintIn(text) === dataset.fingerprint) return
  throw new Refusal({
    what: `${folder} holds files of another data set`,
    why: [`its ${DATASET_FILE} has another fingerprint than ${dataset.fingerprint.slice(0, 12)}`],
    wayOut: 'Name an empty folder with --out.',
  })
}

function fingerprintIn(text: string): string | null {
  try {
    return (JSON.parse(text) as Dataset).fingerprint
  } catch {
    return null
  }
}

/** Never a half-written file under its name. */
async function writeWhole(path: string, text: string): Promise<void> {
  await writeFile(`${path}.partial`, text)
  await rename(`${path}.partial`, path)
}

/** Shards of which a file is missing: they are made anew, whole. */
async function openShards({ shards, format, folder }: FileOptions): Promise<readonly number[]> {
  const present = new Set(await readdir(folder).catch(() => []))
  return shards.filter((shard) =>
    SEEDED_FAMILIES.some((family) => !present.has(fileName(family, shard as Shard, format))),
  )
}

function ordersIn(dataset: Dataset, shard: number): number {
  return dataset.shards[shard]?.orders ?? 0
}

function pathsOf({ folder, format }: FileOptions, shard: number, ending = ''): Readonly<Record<SeededFamily, string>> {
  const path = (family: SeededFamily) => join(folder, `${fileName(family, shard as Shard, format)}${ending}`)
  return { orders: path('orders'), order_items: path('order_items'), payments: path('payments') }
}

async function bytesOf(options: FileOptions, shards: readonly number[]): Promise<number> {
  const paths = shards.flatMap((shard) => Object.values(pathsOf(options, shard)))
  const sizes = await Promise.all(paths.map(async (path) => (await stat(path)).size))
  return sizes.reduce((sum, size) => sum + size, 0)
}

function tablesSql({ extraBytesPerRow }: Pick<Plan['orders'], 'extraBytesPerRow'>): string {
  const tables = ALL_SHARDS.flatMap((shard) =>
    SEEDED_FAMILIES.map((family) => createTableSql(family, shard, { secondaryIndexes: true, extraBytesPerRow })),
  )
  return `${[...tables, CREATE_PRODUCTS_SQL].join(';\n')};\n`
}

function productText(format: FileFormat): string {
  const lines = allProducts().map(({ productId, name, priceCents }) =>
    format === 'tsv'
      ? `${productId}\t${name}\t${priceCents}`
      : JSON.stringify({ product_id: productId, name, price_cents: priceCents }),
  )
  return `${lines.join('\n')}\n`
}

function isDiskFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOSPC'
}

function fullDisk(folder: string): Refusal {
  return new Refusal({
    what: `the disk of ${folder} is full`,
    why: ['the files of the shard that was being written are not complete, and have not got their names'],
    wayOut: 'Free some, then run the same command: it continues.',
  })
}

function refuseSmallDisk(neededBytes: number, deps: FileDeps): void {
  if (neededBytes > deps.freeDiskBytes) throw tooLittleDisk(neededBytes, deps)
}

function tooLittleDisk(neededBytes: number, { freeDiskBytes }: Pick<FileDeps, 'freeDiskBytes'>): Refusal {
  return new Refusal({
    what: 'too little free disk for these files',
    why: [`about ${sizeText(neededBytes)} needed, ${sizeText(freeDiskBytes)} free`],
    wayOut: 'Choose a smaller --scale, fewer --shards, or another --out.',
  })
}
