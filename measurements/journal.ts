// Journals on disk: read whole (also when compressed), or followed while k6 still writes.

import { createReadStream, createWriteStream } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import {
  isCutOff,
  isJournalComment,
  type JournalEntry,
  journalCutOff,
  journalLine,
  journalStart,
  parseJournalLine,
  parseJournalStart,
} from '../contracts/journal.ts'

export interface Journal {
  readonly entries: readonly JournalEntry[]
  /** Epoch ms; null: no iteration began. */
  readonly startedAtMs: number | null
  /** Lines that are neither an entry nor the start: at most the torn last one of a killed k6. */
  readonly unreadableLines: number
}

/** Throws when there is no file. */
export async function readJournal(path: string): Promise<Journal> {
  const lines = new JournalLines()
  const file = createReadStream(path)
  const input = path.endsWith('.gz') ? file.pipe(createGunzip()) : file
  // Otherwise a file that is missing or torn would only end the process.
  const failed = new Promise<never>((_, reject) => {
    for (const stream of [file, input]) stream.on('error', reject)
  })
  failed.catch(() => {})
  const read = async () => {
    for await (const line of createInterface({ input, crlfDelay: Infinity })) lines.add(line)
  }
  await Promise.race([read(), failed])
  return lines
}

/** A line takes about 40 bytes while it is written (a checkout's 100), 14 at rest (25). Gives the new name. */
export async function compressJournal(path: string): Promise<string> {
  const compressed = `${path}.gz`
  await pipeline(createReadStream(path), createGzip({ level: 6 }), createWriteStream(compressed))
  await rm(path)
  return compressed
}

/** In the order the requests were due: what several generators wrote, as one would have. */
export function mergedEntries(journals: readonly Pick<Journal, 'entries'>[]): readonly JournalEntry[] {
  const all = journals.flatMap(({ entries }) => entries)
  return all.sort((a, b) => a.dueMs - b.dueMs || a.iteration - b.iteration)
}

export interface WrittenJournal extends Pick<Journal, 'entries' | 'startedAtMs'> {
  /** Under way when k6 was ended. */
  readonly cutOff?: readonly JournalEntry[]
}

/** Compressed, like a journal of k6 at rest. */
export async function writeJournal(path: string, { startedAtMs, entries, cutOff = [] }: WrittenJournal): Promise<void> {
  const lines = function* () {
    if (startedAtMs !== null) yield `${journalStart(startedAtMs)}\n`
    for (const entry of entries) yield `${journalLine(entry)}\n`
    for (const entry of cutOff) yield `${journalCutOff(entry)}\n`
  }
  await pipeline(Readable.from(lines()), createGzip({ level: 6 }), createWriteStream(path))
}

/** Of a process that we ended: what was under way then is no entry any more, and can still be read. */
export async function setCutOffApart(path: string): Promise<void> {
  const lines = async function* () {
    for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
      const entry = parseJournalLine(line)
      yield `${entry !== null && isCutOff(entry.outcome) ? journalCutOff(entry) : line}\n`
    }
  }
  await pipeline(Readable.from(lines()), createWriteStream(`${path}.partial`))
  await rename(`${path}.partial`, path)
}

/** What k6 has journaled so far. */
export class JournalTail implements Journal {
  readonly #path: string
  readonly #lines = new JournalLines()
  #offset = 0
  #rest: Buffer = Buffer.alloc(0)

  constructor(path: string) {
    this.#path = path
  }

  get entries(): readonly JournalEntry[] {
    return this.#lines.entries
  }

  get startedAtMs(): number | null {
    return this.#lines.startedAtMs
  }

  get unreadableLines(): number {
    return this.#lines.unreadableLines
  }

  /** Reads what was added. No file yet is no news. */
  async poll(): Promise<void> {
    const file = await open(this.#path).catch(() => null)
    if (file === null) return
    try {
      const { size } = await file.stat()
      if (size <= this.#offset) return
      const added = Buffer.alloc(size - this.#offset)
      const { bytesRead } = await file.read(added, 0, added.length, this.#offset)
      this.#offset += bytesRead
      this.#take(Buffer.concat([this.#rest, added.subarray(0, bytesRead)]))
    } finally {
      await file.close()
    }
  }

  /** When k6 has ended: what has no line end is torn. */
  async finish(): Promise<void> {
    await this.poll()
    this.#lines.add(this.#rest.toString('utf8'))
    this.#rest = Buffer.alloc(0)
  }

  #take(text: Buffer): void {
    const end = text.lastIndexOf(0x0a) + 1
    this.#rest = text.subarray(end)
    for (const line of text.subarray(0, end).toString('utf8').split('\n')) this.#lines.add(line.replace(/\r$/, ''))
  }
}

class JournalLines implements Journal {
  readonly entries: JournalEntry[] = []
  startedAtMs: number | null = null
  unreadableLines = 0

  add(line: string): void {
    const entry = parseJournalLine(line)
    const start = entry === null ? parseJournalStart(line) : null
    if (entry !== null) this.entries.push(entry)
    else if (start !== null) this.startedAtMs = start
    else if (line !== '' && !isJournalComment(line)) this.unreadableLines += 1
  }
}
