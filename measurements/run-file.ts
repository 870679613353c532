// A file of a run, written whole or not at all: a reader never sees half of one, and a kill leaves the one before.

import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export async function writeRunFile(runDir: string, file: string, content: unknown): Promise<void> {
  const path = join(runDir, file)
  await writeFile(`${path}.partial`, `${JSON.stringify(content, null, 1)}\n`)
  await rename(`${path}.partial`, path)
}
