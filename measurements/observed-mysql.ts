// Every MySQL server that holds shards, as it is watched: its name in a report, and its process where it runs here.

import type { Engines } from '../contracts/engines.ts'
import { type MysqlAddress, shardMapOf } from '../contracts/shard-map.ts'
import { isLoopback } from './conditions.ts'
import { listenersOn } from './listening-processes.ts'

export interface ObservedMysql extends MysqlAddress {
  /** `mysql` is the home server; further ones are `mysql:host:port`. */
  readonly component: string
  /** Empty: elsewhere, or not to be seen. */
  readonly pids: readonly number[]
}

export async function observedMysql(
  engines: Pick<Engines, 'mysql' | 'mysqlShards'>,
): Promise<readonly ObservedMysql[]> {
  // Two schemas of a server are one server: its counters and its process are the same.
  const servers = new Map(
    shardMapOf(engines)
      .toReversed()
      .map((server) => [hostOf(server), server]),
  )
  const { pid } = engines.mysql
  return await Promise.all(
    [...servers].toReversed().map(async ([host, { url, socketPath, isHome }]) => ({
      component: isHome ? 'mysql' : `mysql:${host}`,
      url,
      ...(socketPath && { socketPath }),
      pids: isHome && pid !== undefined ? [pid] : await pidsAt(url),
    })),
  )
}

function hostOf({ url }: MysqlAddress): string {
  const { hostname, port } = new URL(url)
  return `${hostname}:${port || 3306}`
}

async function pidsAt(url: string): Promise<readonly number[]> {
  const { hostname, port } = new URL(url)
  return isLoopback(hostname) ? await listenersOn(Number(port || 3306)) : []
}
