// Removes what the engines keep on disk: data, logs, passwords; on request the fetched programs too.

import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ENGINE_NAMES } from '../contracts/engines.ts'
import { removeVolumes } from './docker.ts'
import { CHECKOUT, linkedHome, openPlace, STATE, STATE_FOLDER } from './place.ts'
import { stopEngines } from './stop-engines.ts'

const TEST_STATE = /^test-(?:[a-z]+-)?(\d+)$/

/** Engines and data of `npm run validate`: beside those of every other command. */
export const LADDER_STATE = `${STATE_FOLDER}/ladder`

export interface CleanOptions {
  /** Also what was fetched or built: the next start takes minutes again. */
  readonly programs: boolean
}

/** What would go, for the question before it goes. */
export function foldersToClean({ programs }: CleanOptions): string[] {
  if (!existsSync(STATE)) return []
  const home = linkedHome(STATE)
  const inside = readdirSync(STATE).filter(
    (name) => name !== 'home' && name !== 'lock' && (programs || name !== 'cache'),
  )
  const outside = home && existsSync(home) ? readdirSync(home).filter((name) => programs || name !== 'cache') : []
  return [...inside.map((name) => join(STATE, name)), ...outside.map((name) => join(home as string, name))]
}

export async function cleanEngines(options: CleanOptions): Promise<void> {
  for (const stateFolder of [STATE_FOLDER, ...testStates().map(({ stateFolder }) => stateFolder)]) {
    await stopEngines({ stateFolder })
    await removeVolumes(openPlace(stateFolder), ENGINE_NAMES)
  }
  if (existsSync(join(CHECKOUT, LADDER_STATE))) await removeState(LADDER_STATE)
  for (const path of foldersToClean(options)) rmSync(path, { recursive: true, force: true })
  const home = linkedHome(STATE)
  if (home && existsSync(home) && readdirSync(home).length === 0) {
    rmSync(home, { recursive: true })
    rmSync(join(STATE, 'home'))
  }
}

/** Stops and removes one state folder whole: a test's, at its end. */
export async function removeState(stateFolder: string): Promise<void> {
  await stopEngines({ stateFolder })
  const place = openPlace(stateFolder)
  await removeVolumes(place, ENGINE_NAMES)
  if (place.home !== place.state) rmSync(place.home, { recursive: true, force: true })
  rmSync(place.state, { recursive: true, force: true })
}

/** State folders of test runs: `.headroom/test-<pid>`, `.headroom/test-kill-<pid>`. */
export function testStates(): { readonly stateFolder: string; readonly pid: number }[] {
  if (!existsSync(STATE)) return []
  return readdirSync(STATE).flatMap((name) => {
    const pid = TEST_STATE.exec(name)?.[1]
    return pid ? { stateFolder: join(STATE_FOLDER, name), pid: Number(pid) } : []
  })
}
