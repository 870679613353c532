// The runs below a folder, newest first. Names are no clue: --run and copies call them as they like.

import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { RUN_FILES } from '../contracts/run-folder.ts'

/** Folders that hold measurements, by when they were started. */
export async function runNames(runsDir: string): Promise<readonly string[]> {
  const entries = await readdir(runsDir, { withFileTypes: true }).catch(() => [])
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  const runs = await Promise.all(folders.map(async (name) => ({ name, startedAt: await startOf(join(runsDir, name)) })))
  return runs
    .filter(({ startedAt }) => startedAt !== null)
    .toSorted((a, b) => (b.startedAt ?? 0) - (a.startedAt ?? 0))
    .map(({ name }) => name)
}

/** null: no measurements; those that cannot be read are as old as can be. */
async function startOf(runDir: string): Promise<number | null> {
  const text = await readFile(join(runDir, RUN_FILES.measurements), 'utf8').catch(() => null)
  if (text === null) return null
  try {
    const { startedAt } = JSON.parse(text) as { readonly startedAt?: string }
    return Date.parse(startedAt ?? '') || 0
  } catch {
    return 0
  }
}
