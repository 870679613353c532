// `.headroom/engines.json`: how other commands and people find the running engines.

import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ENGINE_NAMES, type Engines } from '../contracts/engines.ts'
import { Refusal } from '../contracts/refusal.ts'
import { readJson, writePrivate } from './engine-record.ts'
import { CHECKOUT, STATE_FOLDER } from './place.ts'

const FILE_NAME = 'engines.json'
const WAY_OUT = 'Start them: npm run up'

/** The engines `up` or `start` left running; refuses when there are none. */
export function readEngines(stateFolder = STATE_FOLDER): Engines {
  const state = join(CHECKOUT, stateFolder)
  const engines = findEngines(state)
  if (engines) return engines
  refuseOlderEngines(stateFolder)
  throw new Refusal({
    what: 'no engines are running',
    why: [`there is no ${join(stateFolder, FILE_NAME)}`],
    wayOut: WAY_OUT,
  })
}

/** Those that were left running lack one that is needed: to start all anew is for whoever left them running to say. */
export function refuseOlderEngines(stateFolder = STATE_FOLDER): void {
  const state = join(CHECKOUT, stateFolder)
  if (!existsSync(join(state, FILE_NAME)) || findEngines(state)) return
  throw new Refusal({
    what: 'the engines that run are not all that are needed',
    why: [`${join(stateFolder, FILE_NAME)} was written by an older Headroom, or was cut short`],
    wayOut: WAY_OUT,
  })
}

/** Not those that lack one which an older Headroom did not start. */
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
