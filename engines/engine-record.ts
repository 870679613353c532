// What we started, on disk before it is waited for: whoever comes next can find it, whatever happened to us.

import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Place } from './place.ts'
import { identify, isRunning, type ProcessIdentity } from './process-identity.ts'

export type EngineRecord =
  | ({ readonly kind: 'process'; readonly name: string } & ProcessIdentity)
  | { readonly kind: 'container'; readonly name: string; readonly container: string }

export function writeRecord(place: Place, record: EngineRecord): void {
  writePrivate(join(recordFolder(place), `${record.name}.json`), record)
}

export function removeRecord(place: Place, name: string): void {
  rmSync(join(recordFolder(place), `${name}.json`), { force: true })
}

export function readRecords(place: Place): EngineRecord[] {
  const folder = recordFolder(place)
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => readJson<EngineRecord>(join(folder, name)) ?? [])
}

function recordFolder({ state }: Place): string {
  const folder = join(state, 'pids')
  mkdirSync(folder, { recursive: true })
  return folder
}

/** Who stops the running engines: a process at its end, or nobody until `npm run down`. */
export interface Owner extends ProcessIdentity {
  readonly keep: boolean
}

export function writeOwner({ state }: Place, keep: boolean): void {
  const me = identify(process.pid)
  if (me) writePrivate(join(state, 'owner.json'), { ...me, keep } satisfies Owner)
}

/** The living process that will stop the engines at its end, if there is one and it is not this one. */
export function otherOwner({ state }: Place): Owner | undefined {
  const owner = readJson<Owner>(join(state, 'owner.json'))
  return owner && !owner.keep && owner.pid !== process.pid && isRunning(owner) ? owner : undefined
}

/** Started to be kept until `npm run down`. */
export function isKept({ state }: Place): boolean {
  return readJson<Owner>(join(state, 'owner.json'))?.keep === true
}

/** Whole or not at all, and readable by us only. */
export function writePrivate(path: string, value: unknown): void {
  writeFileSync(`${path}.new`, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 })
  renameSync(`${path}.new`, path)
}

/** Undefined when the file is missing or was cut short. */
export function readJson<T>(path: string): T | undefined {
  try {
    return parseWhole<T>(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}

/** Undefined for a text that was cut short: what was being written when the machine died records nothing. */
export function parseWhole<T>(text: string): T | undefined {
  try {
    return JSON.parse(text) as T
  } catch {
    return undefined
  }
}
