// The further MySQL servers that HEADROOM_MYSQL_SHARDS names: looked at before anything counts on them.

import { Refusal } from '../contracts/refusal.ts'
import { type MysqlAddress, parseShardMap, SHARD_MAP_SHAPE, type ShardMap, serverName } from '../contracts/shard-map.ts'
import { mysql } from './mysql.ts'
import { serverAtAddress } from './start-server.ts'

export const SHARDS_VARIABLE = 'HEADROOM_MYSQL_SHARDS'

/** Refuses a text that cannot be read. */
export function readShardMap(home: MysqlAddress, text: string | undefined): ShardMap {
  const { map, mistakes } = parseShardMap(home, text)
  if (mistakes.length > 0) {
    throw new Refusal({
      what: `${SHARDS_VARIABLE} cannot be read`,
      why: mistakes,
      wayOut: `Write it like ${SHARD_MAP_SHAPE}, or unset it: then all shards lie on one server.`,
    })
  }
  return map
}

/** Refuses also when a server of it cannot be used; its shards would be missing. */
export async function probedShardMap(home: MysqlAddress, text: string | undefined): Promise<ShardMap> {
  const map = readShardMap(home, text)
  const [, ...others] = map
  await Promise.all(
    others.map((server) => serverAtAddress(mysql, `${SHARDS_VARIABLE} (${serverName(server)})`, server.url)),
  )
  return map
}
