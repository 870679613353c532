// A run that was named on the command line: below runs/, or by its path.

import { stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { Refusal } from '../contracts/refusal.ts'
import { CHECKOUT } from '../engines/place.ts'
import { runNames } from './run-names.ts'

export const RUNS = join(CHECKOUT, 'runs')

export async function namedRun(name: string): Promise<string> {
  const candidates = [...(basename(name) === name ? [join(RUNS, name)] : []), resolve(name)]
  for (const candidate of candidates) if (await isFolder(candidate)) return candidate
  const runs = await runNames(RUNS)
  throw new Refusal({
    what: `there is no run ${name}`,
    why: candidates.map((candidate) => `${candidate} is no folder`),
    wayOut: runs.length > 0 ? `The newest runs: ${runs.slice(0, 5).join(', ')}.` : 'npm start makes a first run.',
  })
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() ?? false
}
