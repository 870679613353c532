// One thing that goes wrong while the load runs, and how it is made to go wrong and put right again.

import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from '@elastic/elasticsearch'
import type { Engines } from '../../contracts/engines.ts'
import { ORDER_SLICES } from '../../contracts/search-index.ts'
import { asShard, tableName } from '../../contracts/shard.ts'
import { serverOf, shardMapOf } from '../../contracts/shard-map.ts'
import { connectMysql } from '../mysql-counters.ts'
import type { Target } from '../target.ts'

export interface Fault {
  /** Kebab-case: `catalogue-stopped`. */
  readonly name: string
  /** For people. */
  readonly what: string
  /** Breaks it for so long; resolves when it is put right again, also when the signal is aborted. */
  during(ms: number, signal: AbortSignal): Promise<void>
}

/** The table that is locked: any will do. */
const LOCKED_SHARD = asShard(7)

export interface FaultPlaces {
  readonly processes: Target['processes']
  readonly engines: Engines
  /** Kills MySQL as a crash does, and brings it back. */
  restartMysql(): Promise<void>
}

export const FAULT_NAMES = [
  'catalogue-stopped',
  'redis-stalled',
  'streams-stalled',
  'search-stalled',
  'search-read-only',
  'shard-locked',
  'mysql-restarted',
] as const
export type FaultName = (typeof FAULT_NAMES)[number]

/** Or why it cannot be made to go wrong here. */
export function faultOf(name: FaultName, places: FaultPlaces): Fault | { readonly impossible: string } {
  const { processes, engines } = places
  switch (name) {
    case 'catalogue-stopped':
      return stopped(name, 'the catalogue service is stopped (SIGSTOP)', processIdOf(processes, 'sut:catalogue'))
    case 'redis-stalled':
      return stopped(name, 'Redis takes requests and answers none (SIGSTOP)', engines.redis.pid)
    case 'streams-stalled':
      return stopped(name, 'the Redis for streams takes requests and answers none (SIGSTOP)', engines.streams.pid)
    case 'search-stalled':
      return stopped(name, 'Elasticsearch takes requests and answers none (SIGSTOP)', engines.elasticsearch.pid)
    case 'search-read-only':
      return searchReadOnly(name, engines)
    case 'shard-locked':
      return shardLocked(name, engines)
    case 'mysql-restarted':
      return {
        name,
        what: 'MySQL is killed (SIGKILL) and started again',
        during: () => places.restartMysql(),
      }
  }
}

function processIdOf(processes: Target['processes'], component: string): number | undefined {
  return processes.find((process) => process.component === component)?.pid
}

/** With its children, as each leads a group of its own: what starts Elasticsearch is not what answers. */
function stopped(name: FaultName, what: string, pid: number | undefined): Fault | { readonly impossible: string } {
  if (pid === undefined) return { impossible: 'it has no process of its own on this machine' }
  return {
    name,
    what,
    during: (ms, signal) =>
      putRight({
        begin: async () => void process.kill(-pid, 'SIGSTOP'),
        end: async () => void process.kill(-pid, 'SIGCONT'),
        ms,
        signal,
      }),
  }
}

function searchReadOnly(name: FaultName, { elasticsearch }: Engines): Fault {
  const block = async (isBlocked: boolean) => {
    const client = new Client({ node: elasticsearch.url })
    try {
      await client.indices.putSettings({ index: ORDER_SLICES, settings: { 'index.blocks.write': isBlocked || null } })
    } finally {
      await client.close()
    }
  }
  return {
    name,
    what: 'Elasticsearch takes no writes (index.blocks.write)',
    during: (ms, signal) => putRight({ begin: () => block(true), end: () => block(false), ms, signal }),
  }
}

function shardLocked(name: FaultName, engines: Engines): Fault {
  const table = tableName('orders', LOCKED_SHARD)
  return {
    name,
    what: `somebody holds ${table} (LOCK TABLES … WRITE)`,
    during: async (ms, signal) => {
      const connection = await connectMysql(serverOf(shardMapOf(engines), LOCKED_SHARD))
      await putRight({
        begin: async () => void (await connection.query(`LOCK TABLES ${table} WRITE`)),
        end: async () => connection.destroy(),
        ms,
        signal,
      })
    },
  }
}

interface Breaking {
  begin(): Promise<void>
  end(): Promise<void>
  readonly ms: number
  readonly signal: AbortSignal
}

async function putRight({ begin, end, ms, signal }: Breaking): Promise<void> {
  try {
    await begin()
    await sleep(ms, undefined, { signal }).catch(() => {})
  } finally {
    await end()
  }
}
