import { appendFile, mkdtemp, readFile, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { beforeEach, describe, expect, it } from 'vitest'
import { type JournalEntry, journalLine, journalStart, parseJournalLine } from '../contracts/journal.ts'
import { composeOrderId, ORDER_ID_EPOCH_MS } from '../contracts/order-id.ts'
import { asShard } from '../contracts/shard.ts'
import { dueTimesOf } from '../contracts/workload.ts'
import { compressJournal, JournalTail, mergedEntries, readJournal, setCutOffApart, writeJournal } from './journal.ts'
import { highestRateFor } from './virtual-users.ts'

let path: string
const line = (iteration: number) =>
  journalLine({
    iteration,
    flow: 'list',
    dueMs: iteration * 10.5,
    waitedMs: 0,
    lateMs: 0,
    totalMs: 12.345,
    serviceMs: 12.3,
    outcome: iteration % 7 === 0 ? 'status 503 überlastet' : 'ok',
  })

beforeEach(async () => {
  path = join(await mkdtemp(join(tmpdir(), 'headroom-journal-')), 'journal.tsv')
})

describe('journals of several generators', () => {
  it('become one, by due time, with every figure as it was written', async () => {
    const all = Array.from({ length: 60 }, (_, i) => parseJournalLine(line(i)) as JournalEntry)
    const parts = [0, 1, 2].map((index) => ({ entries: all.filter(({ iteration }) => iteration % 3 === index) }))
    expect(mergedEntries(parts)).toEqual(all)
    await writeJournal(`${path}.gz`, { startedAtMs: 1_700_000_000_000, entries: mergedEntries(parts) })
    const { entries, startedAtMs, unreadableLines } = await readJournal(`${path}.gz`)
    expect({ entries, startedAtMs, unreadableLines }).toEqual({
      entries: all,
      startedAtMs: 1_700_000_000_000,
      unreadableLines: 0,
    })
  })
})

describe('a journal of a process that was ended', () => {
  const cutOff = line(9).replace('\tok', '\terror: context canceled')
  const entriesOf = (...numbers: number[]) => numbers.map((i) => parseJournalLine(line(i)) as JournalEntry)

  it('has no entry of what was under way, and its line all the same, with what a script printed', async () => {
    await writeFile(path, `${[journalStart(7), line(1), '# printed', cutOff, line(2), line(3).slice(0, 9)].join('\n')}`)
    await setCutOffApart(path)
    expect(await readJournal(path)).toMatchObject({ startedAtMs: 7, entries: entriesOf(1, 2), unreadableLines: 1 })
    expect((await readFile(path, 'utf8')).split('\n')).toEqual([
      journalStart(7),
      line(1),
      '# printed',
      `# cut off: ${cutOff}`,
      line(2),
      line(3).slice(0, 9),
      '',
    ])
  })

  it('is the same where several were', async () => {
    const journal = { startedAtMs: 7, entries: entriesOf(1, 2), cutOff: [parseJournalLine(cutOff) as JournalEntry] }
    await writeJournal(`${path}.gz`, journal)
    expect(await readJournal(`${path}.gz`)).toMatchObject({ entries: entriesOf(1, 2), unreadableLines: 0 })
  })
})

describe('a journal that is still written', () => {
  it('gives whole lines only, wherever the writer stopped, and in the end the same as the file', async () => {
    const text = Buffer.from(
      `${[journalStart(1_700_000_000_000), ...Array.from({ length: 50 }, (_, i) => line(i))].join('\n')}\n`,
    )
    const tail = new JournalTail(path)
    await tail.poll()
    expect(tail.entries).toEqual([])
    // Pieces of 97 bytes cut lines, and letters of two bytes, in the middle.
    for (let at = 0; at < text.length; at += 97) {
      await appendFile(path, text.subarray(at, at + 97))
      await tail.poll()
      expect(tail.unreadableLines).toBe(0)
    }
    await tail.finish()
    const read = await readJournal(path)
    expect(tail.entries).toEqual(read.entries)
    expect(read).toMatchObject({ startedAtMs: 1_700_000_000_000, unreadableLines: 0 })
    expect(read.entries).toHaveLength(50)
  })

  it('counts the torn last line of a killed k6', async () => {
    await writeFile(path, `${line(1)}\n${line(2).slice(0, 9)}`)
    const tail = new JournalTail(path)
    await tail.finish()
    expect([tail.entries.length, tail.unreadableLines]).toEqual([1, 1])
  })
})

describe('a journal at rest', () => {
  it('is compressed, and says the same', async () => {
    const lines = Array.from({ length: 5_000 }, (_, i) => line(i))
    await writeFile(path, `${lines.join('\n')}\n`)
    const before = await readJournal(path)
    const compressed = await compressJournal(path)
    expect(await readJournal(compressed)).toEqual(before)
    await expect(readJournal(path)).rejects.toThrow(/ENOENT/)
  })

  // docs/load.md says what that is a second.
  it.each([
    ['list', 16],
    ['checkout', 28],
  ] as const)(
    'takes no more at the highest rate there is than is said: a request of %s %i bytes',
    async (flow, bytes) => {
      const requests = requestsAt(highestRateFor(0), flow)
      await writeFile(path, `${requests.map(journalLine).join('\n')}\n`)
      const { size } = await stat(await compressJournal(path))
      expect(requests.length).toBe(3000 * SECONDS)
      expect(size / requests.length).toBeLessThan(bytes)
      // A formula that compresses better than what happens would prove nothing.
      expect(size / requests.length).toBeGreaterThan(0.75 * bytes)
    },
  )
})

const SECONDS = 10

/** As they arrive, are served and are written: random to the microsecond, k6's clock in whole milliseconds. */
function requestsAt(ratePerSecond: number, flow: 'list' | 'checkout'): readonly JournalEntry[] {
  const random = xoroshiro128plus(7)
  const uniform = () => uniformFloat64(random)
  const due = dueTimesOf([{ ratePerSecond, seconds: SECONDS }], 'poisson', 'run-of-a-test')
  const entries = due.map((dueMs, iteration): JournalEntry => {
    const lateMs = Math.ceil(dueMs) - dueMs
    const serviceMs = 2 - 6 * Math.log1p(-uniform())
    const times = { dueMs, waitedMs: 0, lateMs, totalMs: lateMs + serviceMs + 0.005 * uniform(), serviceMs }
    const entry = { iteration, flow, ...times, outcome: 'ok' }
    if (flow === 'list') return entry
    const timestampMs = ORDER_ID_EPOCH_MS + 1e10 + Math.floor(dueMs + serviceMs)
    const shard = asShard(Math.floor(64 * uniform()))
    const orderId = composeOrderId({ timestampMs, shard, worker: 3, sequence: iteration % 4 })
    return { ...entry, idempotencyKey: `2026-11-26T10-00-00-checkout-che3-${iteration}`, orderId }
  })
  return entries.sort((a, b) => a.dueMs + a.totalMs - b.dueMs - b.totalMs)
}
