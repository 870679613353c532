// `ladder.json` of a run: read, written whole, and found again when the same ladder is asked for once more.

import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Ladder } from '../../contracts/ladder.ts'
import { RUN_FILES } from '../../contracts/run-folder.ts'
import { writeRunFile } from '../../measurements/run-file.ts'

/** null: there is none, or it cannot be read. */
export async function readLadder(runDir: string): Promise<Ladder | null> {
  const text = await readFile(join(runDir, RUN_FILES.ladder), 'utf8').catch(() => null)
  if (text === null) return null
  try {
    return JSON.parse(text) as Ladder
  } catch {
    return null
  }
}

export async function writeLadder(runDir: string, ladder: Ladder): Promise<void> {
  await mkdir(runDir, { recursive: true })
  await writeRunFile(runDir, RUN_FILES.ladder, ladder)
}

/** The newest run of such a ladder that is not finished; undefined: none. */
export async function unfinishedRun(
  runsDir: string,
  isWanted: (ladder: Ladder) => boolean,
): Promise<string | undefined> {
  const names = await readdir(runsDir).catch(() => [])
  const found = await Promise.all(
    names.map(async (name) => {
      const ladder = await readLadder(join(runsDir, name))
      return ladder !== null && !ladder.finished && isWanted(ladder) ? [{ name, updatedAt: ladder.updatedAt }] : []
    }),
  )
  const [newest] = found.flat().toSorted((a, b) => b.updatedAt.localeCompare(a.updatedAt))
  return newest && join(runsDir, newest.name)
}
