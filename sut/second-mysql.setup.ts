// A second MySQL server beside the test run's own, got the same way, with a folder of its own.

import type { EngineEndpoint } from '../contracts/engines.ts'
import { removeState } from '../engines/clean-engines.ts'
import { openCredentials } from '../engines/credentials.ts'
import { legacyEndpointOf, mysql } from '../engines/mysql.ts'
import { openPlace } from '../engines/place.ts'
import { startServer } from '../engines/start-server.ts'

export interface SecondMysql {
  readonly url: string
  /** Missing in a container. */
  readonly pid?: number
  /** The monolith's schema there, under its own account; the services have theirs. */
  readonly legacy: EngineEndpoint
  stop(): Promise<void>
}

export async function startSecondMysql(): Promise<SecondMysql> {
  const stateFolder = `.headroom/test-second-${process.pid}`
  const place = openPlace(stateFolder)
  const { PATH, HOME, HEADROOM_TEST_ENGINES } = process.env
  const env = { PATH, HOME, HEADROOM_ENGINES: HEADROOM_TEST_ENGINES === 'containers' ? 'docker' : 'programs' }
  const { signal } = new AbortController()
  const credentials = openCredentials(place)
  const context = { place, env, signal, size: 'test' as const, credentials, say: () => {} }
  try {
    const server = await startServer(mysql, context)
    const { url, pid } = server
    const legacy = legacyEndpointOf(server, credentials)
    return { url, ...(pid && { pid }), legacy, stop: () => removeState(stateFolder) }
  } catch (error) {
    await removeState(stateFolder)
    throw error
  }
}
