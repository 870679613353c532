// Where the evidence of a new run goes.

import { existsSync, statSync } from 'node:fs'
import { isAbsolute, join, relative, resolve } from 'node:path'
import { Refusal } from '../contracts/refusal.ts'
import { RUN_FILES, runId } from '../contracts/run-folder.ts'
import { nearestExisting } from '../engines/machine.ts'
import { CHECKOUT } from '../engines/place.ts'
import { RUNS } from './named-run.ts'

export function newRunFolder(given: string | undefined, label: string): string {
  const runDir = given === undefined ? join(RUNS, runId(new Date(), label)) : resolve(given)
  const there = nearestExisting(runDir)
  if (!statSync(there).isDirectory()) throw runIsFile(there)
  if (!existsSync(join(runDir, RUN_FILES.measurements))) return runDir
  throw new Refusal({
    what: `${runDir} holds a run already`,
    why: ['its evidence would be overwritten'],
    wayOut: 'Name another folder, or leave --run away.',
  })
}

function runIsFile(path: string): Refusal {
  return new Refusal({
    what: `${path} is a file, and --run names a folder`,
    why: ['the evidence of a run is several files'],
    wayOut: 'Name another folder, or leave --run away.',
  })
}

/** Git ignores runs/ alone. */
export function isUntracked(runDir: string): boolean {
  const path = relative(CHECKOUT, runDir)
  return !isAbsolute(path) && !path.startsWith('..') && !/^(runs|\.headroom)(\/|$)/.test(path)
}
