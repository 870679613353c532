// The addresses of engines that the environment gives, read without asking there: what a dry run can refuse.

import { elasticsearch } from './elasticsearch.ts'
import { mysql } from './mysql.ts'
import { redis } from './redis.ts'
import { readShardMap, SHARDS_VARIABLE } from './shard-servers.ts'
import { refuseOtherShape } from './start-server.ts'

export function refuseMalformedAddresses(env: NodeJS.ProcessEnv): void {
  for (const engine of [mysql, elasticsearch, redis]) {
    const url = env[engine.addressVariable]
    if (url) refuseOtherShape(engine, engine.addressVariable, url)
  }
  readShardMap({ url: env[mysql.addressVariable] ?? '' }, env[SHARDS_VARIABLE])
}
