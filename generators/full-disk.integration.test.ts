// A disk that is really full: a small tmpfs in the place of the folder of files, and of one table of the database.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { asShard, SEEDED_FAMILIES, tableName } from '../contracts/shard.ts'
import { createTableSql } from '../contracts/tables.ts'
import { CHUNK_ORDERS } from './chunk-ranges.ts'
import { checksums, type ScratchStores, scratchStores, seedDeps, seedOptions } from './scratch-stores.fixture.ts'
import { seed } from './seed.ts'
import { type FileOptions, seedFiles } from './seed-files.ts'
import { smallVolume } from './small-volume.fixture.ts'
import { isLoaded, type Lane, readLanes } from './store/lanes.ts'
import { rows } from './store/mysql-connection.ts'
import { dropAll } from './store/order-tables.ts'

/** Three shards, the middle one large. */
const SHARDS = [6, 7, 8].map(asShard)
const FULL = asShard(7)
const volumeOf = (chunks: number) => ({ ...smallVolume(300), fullTableRows: chunks * CHUNK_ORDERS })

interface SmallDisk {
  readonly folder: string
  resize(size: string): void
  remove(): void
}

function mount(...words: readonly string[]): void {
  const { status, stderr } = spawnSync('mount', words, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`mount ${words.join(' ')}: ${stderr}`)
}

/** Everybody may write there, the account of the database too. */
function smallDisk(size: string): SmallDisk {
  const folder = mkdtempSync(join(tmpdir(), 'headroom-full-'))
  const remove = () => {
    // Lazily: it goes away also while somebody has a file open there.
    spawnSync('umount', ['--lazy', folder])
    rmSync(folder, { recursive: true })
  }
  try {
    mount('-t', 'tmpfs', '-o', `size=${size},mode=0777`, 'headroom-test', folder)
  } catch (error) {
    rmSync(folder, { recursive: true })
    throw error
  }
  return { folder, remove, resize: (wanted) => mount('-o', `remount,size=${wanted}`, folder) }
}

/** Root in a container may lack the right. */
function mayMount(): boolean {
  if (process.getuid?.() !== 0) return false
  try {
    smallDisk('64k').remove()
    return true
  } catch {
    return false
  }
}

const canMount = mayMount()

describe.runIf(canMount)('seedFiles on a full disk (only where root may mount a tmpfs)', () => {
  let disk: SmallDisk
  let whole: string
  let total: number
  beforeAll(async () => {
    whole = mkdtempSync(join(tmpdir(), 'headroom-files-'))
    total = (await seedFiles(options(whole), deps)).rowsWritten
  })
  afterEach(() => disk.remove())
  afterAll(() => rmSync(whole, { recursive: true }))

  const deps = {
    // Somebody else fills the disk after it was looked at.
    freeDiskBytes: 1e12,
    lockFolder: () => () => {},
    signal: new AbortController().signal,
    say: () => {},
    startProgress: () => ({ update: () => {}, stop: () => {} }),
  }
  const options = (folder: string): FileOptions => {
    return {
      volume: volumeOf(2),
      seed: 1,
      scale: 1,
      fullShards: [FULL],
      shards: SHARDS,
      format: 'tsv',
      folder,
    }
  }
  const contents = (folder: string) =>
    Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'latin1')]))

  it.each([
    ['the description of the data set', '64k', 0],
    ['the rows of a shard', '16m', 1],
  ])('says so in the middle of %s, and the same call ends with the same bytes', async (_, size, shardsWhole) => {
    disk = smallDisk(size)
    await expect(seedFiles(options(disk.folder), deps)).rejects.toMatchObject({
      name: 'Refusal',
      what: `the disk of ${disk.folder} is full`,
      wayOut: expect.stringMatching(/run the same command: it continues/),
    })
    const expected = contents(whole)
    const named = Object.entries(contents(disk.folder)).filter(([name]) => /_\d\d\.tsv$/.test(name))
    expect(named).toHaveLength(shardsWhole * SEEDED_FAMILIES.length)
    for (const [name, text] of named) expect(text === expected[name], name).toBe(true)

    disk.resize('128m')
    const { rowsWritten } = await seedFiles(options(disk.folder), deps)
    const linesThere = named.reduce((sum, [, text]) => sum + text.split('\n').length - 1, 0)
    expect(rowsWritten).toBe(total - linesThere)
    const found = contents(disk.folder)
    expect(Object.keys(found)).toEqual(Object.keys(expected))
    for (const [name, text] of Object.entries(found)) expect(text === expected[name], name).toBe(true)
  })
})

// MySQL takes DATA DIRECTORY only below folders that it was started with (innodb_directories).
const isOurMariaDb =
  process.env.HEADROOM_TEST_ENGINES !== 'containers' && inject('engines').mysql.version.includes('MariaDB')

describe.runIf(canMount && isOurMariaDb)('seed on a full disk (only where root may mount a tmpfs, MariaDB)', () => {
  let disk: SmallDisk
  let scratch: ScratchStores
  beforeAll(async () => {
    disk = smallDisk('1m')
    scratch = await scratchStores('full')
  })
  afterAll(async () => {
    try {
      await scratch.remove()
    } finally {
      disk.remove()
    }
  })

  /** The first and the last table of a chunk: where the last is full, the rows of the others have to go again. */
  async function createTablesOnDisk(): Promise<void> {
    for (const family of ['orders', 'payments'] as const) {
      const sql = createTableSql(family, FULL, { secondaryIndexes: false })
      await scratch.connection.query(`${sql} DATA DIRECTORY='${disk.folder}'`)
    }
  }

  async function countOf(table: string): Promise<number> {
    const [row] = await rows<{ number: string }>(scratch.connection, `SELECT COUNT(*) AS number FROM ${table}`)
    return Number(row?.number)
  }

  /** What a run that failed has left: whole chunks. Returns the rows of all its tables. */
  async function expectWholeChunks(lane: Lane | undefined): Promise<number> {
    if (!lane) throw new Error(`there is no lane of shard ${FULL}`)
    expect(lane.done % CHUNK_ORDERS).toBe(0)
    expect(await countOf(tableName('orders', FULL))).toBe(lane.done)
    expect(await countOf(tableName('payments', FULL))).toBe(lane.done)
    const [row] = await rows<{ bought: string | null }>(
      scratch.connection,
      `SELECT SUM(item_count) AS bought FROM ${tableName('orders', FULL)}`,
    )
    expect(await countOf(tableName('order_items', FULL))).toBe(Number(row?.bought))
    let sum = 0
    for (const family of SEEDED_FAMILIES) {
      for (const shard of SHARDS) sum += await countOf(tableName(family, shard))
    }
    return sum
  }

  it('says so in the middle of rows and of indexes, keeps whole chunks, and ends with the whole data set', async () => {
    const stores = { ...scratch.stores, elasticsearchUrl: null }
    // Eight chunks: InnoDB keeps some MiB free while it takes rows, and the index has to be larger than these.
    const options = seedOptions({ shards: SHARDS, fullShards: [FULL] }, volumeOf(8))
    const run = () => seed(options, seedDeps(stores))
    const undisturbed = await run()
    const whole = await checksums(scratch.connection, SHARDS)
    await dropAll(scratch.connection)
    await createTablesOnDisk()

    const fullTables: string[] = []
    let committed = 0
    // More room in small steps: it ends within chunks first, at one table or the other, and then within the index build.
    for (let sizeMib = 50; ; sizeMib += 2) {
      disk.resize(`${sizeMib}m`)
      const result = await run().catch((error: unknown) => error)
      if (!(result instanceof Error)) {
        expect(result).toMatchObject({ outcome: 'seeded', rowsWritten: undisturbed.rowsWritten - committed })
        break
      }
      expect(result).toMatchObject({
        name: 'Refusal',
        what: 'the database has no room left',
        wayOut: expect.stringMatching(/run the same command: it continues/),
      })
      expect(sizeMib).toBeLessThan(100)
      const lanes = await readLanes(scratch.connection, undisturbed.dataset)
      const lane = lanes.find(({ shard }) => shard === FULL)
      committed = await expectWholeChunks(lane)
      fullTables.push(
        lane && isLoaded(lane) ? 'index' : (/orders|payments/.exec(result.message)?.[0] ?? result.message),
      )
    }
    expect(new Set(fullTables)).toEqual(new Set(['orders', 'payments', 'index']))
    expect(await checksums(scratch.connection, SHARDS)).toEqual(whole)
  })
})
