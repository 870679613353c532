// Does anything run that was started for a state folder?

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readRecords } from './engine-record.ts'
import { CHECKOUT, openPlace } from './place.ts'
import { isRunning } from './process-identity.ts'

/** A container counts while it is recorded: whoever stops it removes its record. */
export function areRunning(stateFolder: string): boolean {
  if (!existsSync(join(CHECKOUT, stateFolder))) return false
  return readRecords(openPlace(stateFolder)).some((record) => record.kind === 'container' || isRunning(record))
}
