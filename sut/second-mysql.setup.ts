// A second MySQL server beside the test run's own, got the same way, with a folder of its own.

import { removeState } from '../engines/clean-engines.ts'
import { openCredentials } from '../engines/credentials.ts'
import { mysql } from '../engines/mysql.ts'
import { openPlace } from '../engines/place.ts'
import { startServer } from '../engines/start-server.ts'

export interface SecondMysql {
  readonly url: string
  /** Missing in a container. */
  readonly pid?: number
  stop(): Promise<void>
}

export async function startSecondMysql(): Promise<SecondMysql> {
  const stateFolder = `.headroom/test-second-${process.pid}`
  const place = openPlace(stateFolder)
  const { PATH, HOME, HEADROOM_TEST_ENGINES } = process.env
  const env = { PATH, HOME, HEADROOM_ENGINES: HEADROOM_TEST_ENGINES === 'containers' ? 'docker' : 'programs' }
  const { signal } = new AbortController()
  const context = { place, env, signal, size: 'test' as const, credentials: openCredentials(place), say: () => {} }
  try {
    const { url, pid } = await startServer(mysql, context)
    return { url, ...(pid && { pid }), stop: () => removeState(stateFolder) }
  } catch (error) {
    await removeState(stateFolder)
    throw error
  }
}
