// Stops what this checkout started, found by its records, whoever started it and however that ended.

import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { Refusal } from '../contracts/refusal.ts'
import { killContainer, stopContainer } from './docker.ts'
import { killProcess, stopProcess } from './engine-process.ts'
import { type EngineRecord, otherOwner, readRecords } from './engine-record.ts'
import { removeEngines } from './engines-file.ts'
import { tryLock } from './lock.ts'
import { openPlace, type Place } from './place.ts'

export interface StopEnginesOptions {
  readonly stateFolder?: string
}

/** The names of what was stopped, in no particular order. */
export async function stopEngines({ stateFolder }: StopEnginesOptions = {}): Promise<string[]> {
  const place = openPlace(stateFolder)
  const lock = tryLock(join(place.state, 'lock'), 'stopping the engines')
  const user = 'heldBy' in lock ? lock.heldBy : otherOwner(place)
  if ('heldBy' in lock || user) {
    if ('release' in lock) lock.release()
    throw new Refusal({
      what: 'the engines are in use',
      why: [
        `process ${user?.pid} ${'heldBy' in lock ? `is ${lock.heldBy.doing}` : 'started them for its run and will stop them'}`,
      ],
      wayOut: `Stop that first (Ctrl-C in its terminal, or kill ${user?.pid}).`,
    })
  }
  try {
    removeEngines(place.state)
    return await stopRecorded(place)
  } finally {
    lock.release()
  }
}

// A database writes its pages back at the end; one that was only starting has nothing to lose (InnoDB, Lucene and the
// append-only file recover), and people who pressed Ctrl-C wait for it.
const STOP_LIMIT_MS = 30_000
export const STARTING_STOP_LIMIT_MS = 5_000

/** Nobody stops it properly. */
export async function killRecord(place: Place, record: EngineRecord): Promise<void> {
  if (record.kind === 'process') await killProcess(place, record.name, record)
  else await killContainer(place, record.name, record.container)
}

export async function stopRecorded(place: Place, limitMs = STOP_LIMIT_MS): Promise<string[]> {
  const records = readRecords(place)
  await Promise.all(records.map((record) => stopRecord(place, record, limitMs)))
  rmSync(join(place.state, 'owner.json'), { force: true })
  return records.map(({ name }) => name)
}

export async function stopRecord(place: Place, record: EngineRecord, limitMs: number): Promise<void> {
  if (record.kind === 'process') await stopProcess(place, record.name, record, limitMs)
  else await stopContainer(place, record.name, record.container, limitMs)
}
