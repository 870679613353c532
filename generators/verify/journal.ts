// Which pieces a stopped verification has done, and what they found: one file beside the engines' state.

import { appendFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Finding } from './finding.ts'

export interface DonePiece {
  readonly key: string
  readonly findings: readonly Finding[]
  readonly seededRows: number
  readonly liveOrders: number
}

/** Each line says whose it is: two verifications at once share the file, and must not take over each other's pieces. */
interface Line {
  readonly identity: string
  readonly doneAtMs: number
  readonly piece: DonePiece
}

/** What was found longer ago than this is looked at again: running services change rows. */
const MAX_AGE_MS = 3_600_000

export class VerifyJournal {
  readonly #file: string
  readonly #identity: string

  constructor(file: string, identity: string) {
    this.#file = file
    this.#identity = identity
  }

  /** What an earlier run of the same verification has done, as far as it still counts. */
  async open(): Promise<readonly DonePiece[]> {
    const oldestMs = Date.now() - MAX_AGE_MS
    const kept = (await readFile(this.#file, 'utf8').catch(() => ''))
      .split('\n')
      .map(parse)
      .filter((line) => line !== null)
      .filter(({ identity, doneAtMs }) => identity === this.#identity && doneAtMs > oldestMs)
    await mkdir(dirname(this.#file), { recursive: true })
    // Written anew: the next piece must not be appended to a torn line.
    await writeFile(this.#file, kept.map(text).join(''))
    return kept.map(({ piece }) => piece)
  }

  async add(piece: DonePiece): Promise<void> {
    await appendFile(this.#file, text({ identity: this.#identity, doneAtMs: Date.now(), piece }))
  }

  /** A verification that came to its end is not continued. */
  async close(): Promise<void> {
    await rm(this.#file, { force: true })
  }
}

function text(line: Line): string {
  return `${JSON.stringify(line)}\n`
}

/** null for the torn last line of a killed run, and for what follows the last line's end. */
function parse(line: string): Line | null {
  try {
    return JSON.parse(line) as Line
  } catch {
    return null
  }
}
