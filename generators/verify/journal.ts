// Which pieces a stopped verification has done, and what they found: one file beside the engines' state.

import { appendFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Finding } from './finding.ts'

export interface DonePiece {
  readonly key: string
  readonly findings: readonly Finding[]
  readonly liveOrders: number
}

interface Header {
  readonly identity: string
  readonly startedAtMs: number
}

/** What was found longer ago than this is looked at again: running services change rows. */
const MAX_AGE_MS = 3_600_000

export class VerifyJournal {
  readonly #file: string

  constructor(file: string) {
    this.#file = file
  }

  /** What an earlier run of the same verification has done; begins a new file where there is none. */
  async open(identity: string): Promise<readonly DonePiece[]> {
    const [header, ...lines] = (await readFile(this.#file, 'utf8').catch(() => '')).split('\n').filter(Boolean)
    const { identity: found, startedAtMs = 0 } = (header ? parse<Header>(header) : null) ?? ({} as Partial<Header>)
    if (found === identity && Date.now() - startedAtMs < MAX_AGE_MS) {
      return lines.map((line) => parse<DonePiece>(line)).filter((piece) => piece !== null)
    }
    await mkdir(dirname(this.#file), { recursive: true })
    await writeFile(this.#file, `${JSON.stringify({ identity, startedAtMs: Date.now() } satisfies Header)}\n`)
    return []
  }

  async add(piece: DonePiece): Promise<void> {
    await appendFile(this.#file, `${JSON.stringify(piece)}\n`)
  }

  /** A verification that came to its end is not continued. */
  async close(): Promise<void> {
    await rm(this.#file, { force: true })
  }
}

/** null for the torn last line of a killed run. */
function parse<T>(line: string): T | null {
  try {
    return JSON.parse(line) as T
  } catch {
    return null
  }
}
