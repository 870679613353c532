// The same rows into files, for somebody else's database: one file per table, byte for byte the same however the work
// is split. A file gets its name when it is whole, so a killed run continues with the first file that is missing.

import { createWriteStream } from 'node:fs'
import { access, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { CREATE_PRODUCTS_SQL, PRODUCT_COUNT, PRODUCTS_TABLE, productOf } from '../contracts/catalogue.ts'
import type { Dataset, SeedVolume } from '../contracts/dataset.ts'
import { Refusal } from '../contracts/refusal.ts'
import { ALL_SHARDS, SEEDED_FAMILIES, type SeededFamily, type Shard } from '../contracts/shard.ts'
import { createTableSql } from '../contracts/tables.ts'
import { countRows, draftDataset } from './build-dataset.ts'
import { countItems } from './rows/count-items.ts'
import { OrderCursor } from './rows/order-cursor.ts'
import { fileName, type RowFormat, rowsOf, rowWriter } from './rows/row-formats.ts'
import type { StartProgress } from './seed-options.ts'
import { ChunkRows } from './sinks/chunk-rows.ts'

export interface FileOptions {
  readonly volume: SeedVolume
  readonly seed: number
  readonly scale: number
  readonly fullShards: readonly number[]
  readonly shards: readonly number[]
  readonly format: RowFormat
  readonly folder: string
}

export interface FileDeps {
  readonly freeDiskBytes: number
  readonly signal: AbortSignal
  readonly say: (line: string) => void
  readonly startProgress: StartProgress
}

export interface FileReport {
  readonly dataset: Dataset
  readonly rowsWritten: number
  readonly seconds: number
}

interface OpenTable {
  readonly family: SeededFamily
  readonly shard: number
  readonly path: string
  readonly rows: number
}

/** Mean bytes of a row, measured on generated rows and rounded up. */
const ROW_BYTES: Readonly<Record<RowFormat, number>> = { tsv: 53, ndjson: 148 }

export async function seedFiles(options: FileOptions, deps: FileDeps): Promise<FileReport> {
  const startedAtMs = Date.now()
  const { volume, format, folder } = options
  const dataset = countRows(draftDataset(volume, options), volume.plan)
  await mkdir(folder, { recursive: true })
  await nameDataset(dataset, folder)
  const open = await openTables(options, dataset)
  const total = open.reduce((sum, { rows }) => sum + rows, 0)
  refuseSmallDisk(total * ROW_BYTES[format], deps)
  await writeFile(join(folder, 'tables.sql'), tablesSql())
  await writeFile(join(folder, `${PRODUCTS_TABLE}.${format}`), productText(format))

  const progress = deps.startProgress({ label: 'Writing', total, unit: 'rows' })
  let written = 0
  try {
    for (const table of open) {
      await writeTable(table, options, dataset, deps.signal)
      written += table.rows
      progress.update(written)
    }
  } finally {
    progress.stop()
  }
  return { dataset, rowsWritten: written, seconds: (Date.now() - startedAtMs) / 1000 }
}

/** dataset.json says what the files hold; a folder of another data set is refused. */
async function nameDataset(dataset: Dataset, folder: string): Promise<void> {
  const file = join(folder, 'dataset.json')
  const text = await readFile(file, 'utf8').catch(() => null)
  if (text !== null && (JSON.parse(text) as Dataset).fingerprint !== dataset.fingerprint) {
    throw new Refusal({
      what: `${folder} holds files of another data set`,
      why: [`its dataset.json has another fingerprint than ${dataset.fingerprint.slice(0, 12)}`],
      wayOut: 'Name an empty folder with --out.',
    })
  }
  await writeFile(file, `${JSON.stringify(dataset)}\n`)
}

async function openTables(options: FileOptions, dataset: Dataset): Promise<readonly OpenTable[]> {
  const { shards, format, folder, volume } = options
  const open: OpenTable[] = []
  for (const shard of shards) {
    const orders = dataset.shards[shard]?.orders ?? 0
    for (const family of SEEDED_FAMILIES) {
      const path = join(folder, fileName(family, shard as Shard, format))
      const isThere = await access(path).then(
        () => true,
        () => false,
      )
      if (isThere) continue
      const rows = family === 'order_items' ? countItems(volume.plan, dataset.seed, shard, 0, orders) : orders
      open.push({ family, shard, path, rows })
    }
  }
  return open
}

async function writeTable(
  { family, shard, path }: OpenTable,
  { volume, format }: FileOptions,
  dataset: Dataset,
  signal: AbortSignal,
): Promise<void> {
  const rows = new ChunkRows({
    cursor: new OrderCursor(dataset, volume.plan, shard),
    write: rowWriter(family, format),
    rowsOf: (order) => rowsOf(family, order),
    from: 0,
    to: dataset.shards[shard]?.orders ?? 0,
  })
  const partial = `${path}.partial`
  await pipeline(rows, createWriteStream(partial), { signal })
  await rename(partial, path)
}

function tablesSql(): string {
  const tables = ALL_SHARDS.flatMap((shard) =>
    SEEDED_FAMILIES.map((family) => createTableSql(family, shard, { secondaryIndexes: true })),
  )
  return `${[...tables, CREATE_PRODUCTS_SQL].join(';\n')};\n`
}

function productText(format: RowFormat): string {
  const lines = Array.from({ length: PRODUCT_COUNT }, (_, at) => productOf(at + 1)).map(
    ({ productId, name, priceCents }) =>
      format === 'tsv'
        ? `${productId}\t${name}\t${priceCents}`
        : JSON.stringify({ product_id: productId, name, price_cents: priceCents }),
  )
  return `${lines.join('\n')}\n`
}

function refuseSmallDisk(neededBytes: number, { freeDiskBytes }: FileDeps): void {
  if (neededBytes <= freeDiskBytes) return
  const [needed, free] = [neededBytes, freeDiskBytes].map((bytes) => (bytes / 1e9).toFixed(1))
  throw new Refusal({
    what: 'too little free disk for these files',
    why: [`about ${needed} GB needed, ${free} GB free`],
    wayOut: 'Choose a smaller --scale, fewer --shards, or another --out.',
  })
}
