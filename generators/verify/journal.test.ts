import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type DonePiece, VerifyJournal } from './journal.ts'

const MINUTE_MS = 60_000
const piece = (key: string): DonePiece => ({
  key,
  findings: [{ check: 'books', where: 'orders_05', what: `wrong in ${key}`, count: 1, samples: ['order 1'] }],
  seededRows: 20,
  liveOrders: 3,
})

let folder: string
let file: string
const journal = (identity = 'this') => new VerifyJournal(file, identity)
const stoppedAfter = async (...keys: string[]) => {
  const stopped = journal()
  await stopped.open()
  for (const key of keys) await stopped.add(piece(key))
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-journal-'))
  file = join(folder, 'state', 'verify.ndjson')
  vi.useFakeTimers({ toFake: ['Date'] })
})
afterEach(() => {
  vi.useRealTimers()
  rmSync(folder, { recursive: true })
})

describe('VerifyJournal', () => {
  it('continues with the pieces that were done, and what they found', async () => {
    expect(await journal().open()).toEqual([])
    await stoppedAfter('a', 'b')
    expect(await journal().open()).toEqual([piece('a'), piece('b')])
  })

  it('begins anew for another identity', async () => {
    await stoppedAfter('a')
    expect(await journal('other').open()).toEqual([])
    expect(await journal().open()).toEqual([])
  })

  it('keeps two verifications at once apart', async () => {
    await stoppedAfter('a')
    const other = journal('other')
    await other.open()
    await journal().add(piece('b'))
    await other.add(piece('c'))
    expect(await journal('other').open()).toEqual([piece('c')])
  })

  it('drops the pieces that are older than an hour, and those only', async () => {
    await stoppedAfter('a')
    vi.advanceTimersByTime(40 * MINUTE_MS)
    const continued = journal()
    await continued.open()
    await continued.add(piece('b'))
    vi.advanceTimersByTime(40 * MINUTE_MS)
    expect(await journal().open()).toEqual([piece('b')])
    vi.advanceTimersByTime(40 * MINUTE_MS)
    expect(await journal().open()).toEqual([])
  })

  it('ignores the torn last line of a killed run, and adds after it', async () => {
    await stoppedAfter('a', 'b')
    truncateSync(file, readFileSync(file).length - 10)
    const continued = journal()
    expect(await continued.open()).toEqual([piece('a')])
    await continued.add(piece('c'))
    expect(await journal().open()).toEqual([piece('a'), piece('c')])
  })

  it('takes nothing from a file of another form', async () => {
    await stoppedAfter()
    appendFileSync(file, '{"identity":"this","startedAtMs":1}\n7\n{"key":"a","findings":[],"liveOrders":0}\n')
    expect(await journal().open()).toEqual([])
  })

  it('leaves nothing behind when it came to its end', async () => {
    await stoppedAfter('a')
    await journal().close()
    expect(existsSync(file)).toBe(false)
  })
})
