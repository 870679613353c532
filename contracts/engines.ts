// How to reach each engine: the shape of `.headroom/engines.json` (mode 0600, it holds passwords).

import type { ServicePasswords } from './service-accounts.ts'

/** Schema of `npm run bench:seed`, and the name of the account that works in it. */
export const BENCH_SCHEMA = 'headroom_bench'

export const ENGINE_NAMES = ['mysql', 'elasticsearch', 'redis', 'streams', 'nginx', 'k6'] as const
export type EngineName = (typeof ENGINE_NAMES)[number]

/** Where an engine came from. `address`: the user gave it; we neither started nor stop it. */
export const ENGINE_ORIGINS = ['address', 'docker', 'local', 'fetched'] as const
export type EngineOrigin = (typeof ENGINE_ORIGINS)[number]

export interface EngineEndpoint {
  /** `mysql://user:password@127.0.0.1:port/headroom`, `http://…`, `redis://:password@127.0.0.1:port/0`. */
  readonly url: string
  readonly origin: EngineOrigin
  /** As the server says it: `10.11.14-MariaDB`, `8.19.0`. */
  readonly version: string
  /** Unix socket where the engine has one on this machine; saves the TCP hop. */
  readonly socketPath?: string
  readonly pid?: number
  /** Of the services' own accounts; missing at an address that was given: the services use the account in it. */
  readonly passwords?: ServicePasswords
}

export interface EngineProgram {
  /** Absolute path of the program to run. */
  readonly path: string
  /** `docker`: copied out of an image, and run like any other program. */
  readonly origin: EngineOrigin
  readonly version: string
}

export interface Engines {
  readonly startedAt: string
  /** The sharded order database: its home server. */
  readonly mysql: EngineEndpoint
  /** Which shards lie on further servers, as HEADROOM_MYSQL_SHARDS says it; missing: none. */
  readonly mysqlShards?: string
  /** The monolith's database: another schema, possibly on another server. */
  readonly legacyMysql: EngineEndpoint
  readonly elasticsearch: EngineEndpoint
  /** The cache. */
  readonly redis: EngineEndpoint
  /** The Redis for what must not be lost. */
  readonly streams: EngineEndpoint
  readonly nginx: EngineProgram
  readonly k6: EngineProgram
}
