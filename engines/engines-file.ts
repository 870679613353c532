// `.headroom/engines.json`: how other commands and people find the running engines.

import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ENGINE_NAMES, type Engines } from '../contracts/engines.ts'
import { Refusal } from '../contracts/refusal.ts'
import { readJson, writePrivate } from './engine-record.ts'
import { CHECKOUT, STATE_FOLDER } from './place.ts'

const FILE_NAME = 'engines.json'

/** The engines `up` or `start` left running; refuses when there are none. */
export function readEngines(stateFolder = STATE_FOLDER): Engines {
  const state = join(CHECKOUT, stateFolder)
  const engines = findEngines(state)
  if (engines) return engines
  const file = join(stateFolder, FILE_NAME)
  const isThere = existsSync(join(state, FILE_NAME))
  throw new Refusal({
    what: isThere ? 'the engines that run are not all that are needed' : 'no engines are running',
    why: [isThere ? `${file} was written by an older Headroom, or was cut short` : `there is no ${file}`],
    wayOut: 'Start them: npm run up',
  })
}

/** Not those that lack one which an older Headroom did not start: whoever starts engines then starts them all anew. */
export function findEngines(state: string): Engines | undefined {
  const engines = readJson<Engines>(join(state, FILE_NAME))
  return engines && ENGINE_NAMES.every((name) => engines[name]) ? engines : undefined
}

export function writeEngines(state: string, engines: Engines): void {
  writePrivate(join(state, FILE_NAME), engines)
}

export function removeEngines(state: string): void {
  if (existsSync(state)) rmSync(join(state, FILE_NAME), { force: true })
}
