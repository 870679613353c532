import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type FileOptions, forecastFiles, seedFiles } from './seed-files.ts'
import { SMALL_PLAN, smallVolume } from './small-volume.fixture.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-files-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const said: string[] = []
const deps = {
  freeDiskBytes: 1e12,
  lockFolder: () => () => {},
  signal: new AbortController().signal,
  say: (line: string) => void said.push(line),
  startProgress: () => ({ update: () => {}, stop: () => {} }),
}

function options(part: string, shards: readonly number[], changes: Partial<FileOptions> = {}): FileOptions {
  const volume = smallVolume(300)
  const choice = { volume, seed: 1, scale: 1, fullShards: [2], format: 'tsv' as const }
  return { ...choice, shards, folder: join(folder, part), ...changes }
}

const contents = (part: string) =>
  Object.fromEntries(
    readdirSync(join(folder, part)).map((name) => [name, readFileSync(join(folder, part, name), 'latin1')]),
  )

describe('seedFiles', () => {
  it('writes the same bytes in one run and in parts', async () => {
    const whole = await seedFiles(options('whole', [1, 2, 3]), deps)
    await seedFiles(options('parts', [3]), deps)
    await seedFiles(options('parts', [1, 2]), deps)
    expect(contents('parts')).toEqual(contents('whole'))
    const rows = Object.entries(contents('whole'))
      .filter(([name]) => /^(orders|order_items|payments)_\d\d\.tsv$/.test(name))
      .reduce((sum, [, text]) => sum + text.split('\n').length - 1, 0)
    expect(rows).toBe(whole.rowsWritten)
    const bytes = Object.entries(contents('whole'))
      .filter(([name]) => /^(orders|order_items|payments)_\d\d\.tsv$/.test(name))
      .reduce((sum, [, text]) => sum + text.length, 0)
    expect(whole.bytesWritten).toBe(bytes)
    expect(Object.keys(contents('whole'))).toHaveLength(9 + 3)
  })

  it('writes nothing into a folder that is locked, and frees one that it has locked', async () => {
    const isTaken = () => {
      throw new Error('taken')
    }
    await expect(seedFiles(options('taken', [1]), { ...deps, lockFolder: isTaken })).rejects.toThrow('taken')
    expect(contents('taken')).toEqual({})
    let held = 0
    const lockFolder = () => {
      held++
      return () => void held--
    }
    await seedFiles(options('free', [1]), { ...deps, lockFolder })
    expect(held).toBe(0)
  })

  it('writes a shard anew of which a file is missing, and nothing else', async () => {
    await seedFiles(options('whole', [1, 2]), deps)
    const before = contents('whole')
    rmSync(join(folder, 'whole', 'payments_01.tsv'))
    const again = await seedFiles(options('whole', [1, 2]), deps)
    expect(contents('whole')).toEqual(before)
    expect(again.rowsWritten).toBe(
      ['orders_01', 'order_items_01', 'payments_01']
        .map((name) => (before[`${name}.tsv`] ?? '').split('\n').length - 1)
        .reduce((sum, rows) => sum + rows),
    )
  })

  it('gives no file its name before the whole shard is there', async () => {
    const controller = new AbortController()
    const update = () => controller.abort(new Error('interrupted'))
    const interrupted = { ...deps, signal: controller.signal, startProgress: () => ({ update, stop: () => {} }) }
    await expect(seedFiles(options('cut', [1, 2]), interrupted)).rejects.toThrow('interrupted')
    await seedFiles(options('cut', [1, 2]), deps)
    await seedFiles(options('whole', [1, 2]), deps)
    const isNamed = ([name]: [string, string]) => !name.endsWith('.partial')
    expect(Object.entries(contents('cut')).filter(isNamed)).toEqual(Object.entries(contents('whole')).filter(isNamed))
  })

  it('says what would be written, without walking an order or writing anything', async () => {
    const forecast = await forecastFiles(options('dry', [1]), deps)
    expect(forecast).toMatchObject({ rowsWritten: 0, itemCounts: 'expected', wouldBeRefused: [] })
    expect(said.at(-2)).toMatch(/^[\d,]+ rows of 1 shards to write in about 1 s: 1 MB of 1000\.0 GB free$/)
    expect(readdirSync(folder)).toEqual([])
    const { rowsWritten } = await seedFiles(options('dry', [1]), deps)
    expect(forecast.rowsToWrite / rowsWritten).toBeCloseTo(1, 1)
    expect(await forecastFiles(options('dry', [1]), deps)).toMatchObject({ rowsToWrite: 0 })
    expect(await forecastFiles({ ...options('dry', [1]), folder: null }, { ...deps, freeDiskBytes: 10 })).toMatchObject(
      {
        rowsToWrite: forecast.rowsToWrite,
        wouldBeRefused: [{ what: 'too little free disk for these files' }],
      },
    )
  })

  it('makes wide tables of the same files: the table fills what makes it wide', async () => {
    await seedFiles(options('narrow', [1]), deps)
    const plan = { ...SMALL_PLAN, orders: { ...SMALL_PLAN.orders, extraBytesPerRow: 200 } }
    await seedFiles(options('wide', [1], { volume: smallVolume(300, plan) }), deps)
    const [narrow, wide] = [contents('narrow'), contents('wide')]
    const differing = Object.keys(narrow).filter((name) => narrow[name] !== wide[name])
    expect(differing.toSorted()).toEqual(['dataset.json', 'tables.sql'])
    expect(wide['tables.sql']?.match(/filler VARBINARY\(200\)/g)).toHaveLength(64)
    expect(narrow['tables.sql']).not.toContain('filler')
  })

  it('refuses a folder of another data set, and too little disk', async () => {
    await seedFiles(options('whole', [1]), deps)
    await expect(seedFiles(options('whole', [1], { seed: 2 }), deps)).rejects.toMatchObject({
      what: expect.stringMatching(/holds files of another data set$/),
    })
    await expect(seedFiles(options('full', [1]), { ...deps, freeDiskBytes: 10 })).rejects.toMatchObject({
      what: 'too little free disk for these files',
    })
  })
})
