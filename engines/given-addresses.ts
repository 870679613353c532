// The addresses of engines that the environment gives, read without asking there: what can be refused at once.

import { elasticsearch } from './elasticsearch.ts'
import { LEGACY_ADDRESS_VARIABLE, mysql } from './mysql.ts'
import { redis, streams } from './redis.ts'
import { readShardMap, SHARDS_VARIABLE } from './shard-servers.ts'
import { refuseOtherShape } from './start-server.ts'

export function refuseMalformedAddresses(env: NodeJS.ProcessEnv): void {
  for (const engine of [mysql, elasticsearch, redis, streams]) {
    const url = env[engine.addressVariable]
    if (url) refuseOtherShape(engine, engine.addressVariable, url)
  }
  const legacy = env[LEGACY_ADDRESS_VARIABLE]
  if (legacy) refuseOtherShape(mysql, LEGACY_ADDRESS_VARIABLE, legacy)
  readShardMap({ url: env[mysql.addressVariable] ?? '' }, env[SHARDS_VARIABLE])
}
