// The same MySQL again at the same address, with another pool and nothing in it; or after a kill, as a power cut leaves it.

import type { Engines } from '../contracts/engines.ts'
import { Refusal } from '../contracts/refusal.ts'
import { openCredentials } from './credentials.ts'
import { readRecords } from './engine-record.ts'
import { writeEngines } from './engines-file.ts'
import { legacyEndpointOf, MYSQL_PORT_VARIABLE, mysql } from './mysql.ts'
import { openPlace } from './place.ts'
import type { EngineSize } from './start-context.ts'
import { startServer } from './start-server.ts'
import { killRecord, stopRecord } from './stop-engines.ts'

/** A large pool is written back first. */
const STOP_LIMIT_MS = 300_000

export interface RestartMysql {
  /** The usual one where it is left out. */
  readonly stateFolder?: string
  /** As large as before, where it is left out. */
  readonly poolBytes?: number
  readonly size: EngineSize
  readonly ending: 'stop' | 'kill'
  readonly signal: AbortSignal
  say(line: string): void
}

export interface RestartedMysql {
  readonly engines: Engines
  readonly stopSeconds: number
  /** From its start until it answered. */
  readonly startSeconds: number
}

export async function restartMysql(engines: Engines, options: RestartMysql): Promise<RestartedMysql> {
  const place = openPlace(options.stateFolder)
  const record = readRecords(place).find(({ name }) => name === 'mysql')
  if (!record) throw notOurs()
  const { signal, size, say, poolBytes } = options
  const beganAtMs = Date.now()
  if (options.ending === 'kill') await killRecord(place, record)
  else await stopRecord(place, record, STOP_LIMIT_MS)
  const stoppedAtMs = Date.now()
  const env = { ...process.env, [MYSQL_PORT_VARIABLE]: new URL(engines.mysql.url).port }
  const pool = poolBytes === undefined ? {} : { poolBytes }
  const credentials = openCredentials(place)
  const context = { place, env, signal, size, credentials, say, ...pool }
  const endpoint = await startServer(mysql, context)
  const again: Engines = { ...engines, mysql: endpoint, legacyMysql: legacyEndpointOf(endpoint, credentials) }
  writeEngines(place.state, again)
  const seconds = (fromMs: number, toMs: number) => (toMs - fromMs) / 1000
  return {
    engines: again,
    stopSeconds: seconds(beganAtMs, stoppedAtMs),
    startSeconds: seconds(stoppedAtMs, Date.now()),
  }
}

function notOurs(): Refusal {
  return new Refusal({
    what: 'MySQL cannot be restarted',
    why: ['it was not started by this command'],
    wayOut: `Unset ${mysql.addressVariable}: then Headroom starts one of its own.`,
  })
}
