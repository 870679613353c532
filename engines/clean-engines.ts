// Removes what the engines keep on disk: data, logs, passwords; on request the fetched programs too.

import { existsSync, readdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ENGINE_NAMES } from '../contracts/engines.ts'
import { removeVolumes } from './docker.ts'
import { CHECKOUT, linkedHome, openPlace } from './place.ts'
import { stopEngines } from './stop-engines.ts'

const TEST_STATE = /^test-(?:[a-z]+-)?(\d+)$/

/** Engines and data of `npm run validate`: beside those of every other command. */
export const LADDER_STATE = '.headroom/ladder'

export interface CleanOptions {
  /** Also what was fetched or built: the next start takes minutes again. */
  readonly programs: boolean
}

/** What would go, for the question before it goes. */
export function foldersToClean({ programs }: CleanOptions): string[] {
  const state = join(CHECKOUT, '.headroom')
  if (!existsSync(state)) return []
  const home = linkedHome(state)
  const inside = readdirSync(state).filter(
    (name) => name !== 'home' && name !== 'lock' && (programs || name !== 'cache'),
  )
  const outside = home && existsSync(home) ? readdirSync(home).filter((name) => programs || name !== 'cache') : []
  return [...inside.map((name) => join(state, name)), ...outside.map((name) => join(home as string, name))]
}

export async function cleanEngines(options: CleanOptions): Promise<void> {
  for (const stateFolder of ['.headroom', ...testStates().map(({ stateFolder }) => stateFolder)]) {
    await stopEngines({ stateFolder })
    await removeVolumes(openPlace(stateFolder), ENGINE_NAMES)
  }
  if (existsSync(join(CHECKOUT, LADDER_STATE))) await removeState(LADDER_STATE)
  for (const path of foldersToClean(options)) rmSync(path, { recursive: true, force: true })
  const link = join(CHECKOUT, '.headroom/home')
  const home = linkedHome(dirname(link))
  if (home && existsSync(home) && readdirSync(home).length === 0) {
    rmSync(home, { recursive: true })
    rmSync(link)
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
  const state = join(CHECKOUT, '.headroom')
  if (!existsSync(state)) return []
  return readdirSync(state).flatMap((name) => {
    const pid = TEST_STATE.exec(name)?.[1]
    return pid ? { stateFolder: join('.headroom', name), pid: Number(pid) } : []
  })
}
