// What both databases of a migration are to whoever works on both: connections, an order store and a ledger of the switches
// each.

import { type MysqlAddress, oneServer, type ShardMap } from '../contracts/shard-map.ts'
import type { StoreName } from '../contracts/switches.ts'
import { legacyOrderStore } from './storage/legacy-store/legacy-order-store.ts'
import { MysqlPool } from './storage/mysql-pool.ts'
import type { MysqlServerOptions } from './storage/mysql-server.ts'
import type { OwnedOrderStore } from './storage/order-store.ts'
import { shardedOrderStore } from './storage/sharded-store/sharded-order-store.ts'
import { type Ledgers, StoreLedger } from './switches/store-ledger.ts'
import type { Metrics } from './telemetry/metrics.ts'

export interface BothDatabases {
  readonly legacy: MysqlAddress
  readonly sharded: ShardMap
}

export type BothPools = Readonly<Record<StoreName, MysqlPool>>

export function openBoth({ legacy, sharded }: BothDatabases, limits: MysqlServerOptions, metrics: Metrics): BothPools {
  const poolOf = (map: ShardMap) => new MysqlPool({ ...limits, map }, metrics)
  return { legacy: poolOf(oneServer(legacy)), sharded: poolOf(sharded) }
}

export async function closeBoth({ legacy, sharded }: BothPools): Promise<void> {
  await Promise.all([legacy.close(), sharded.close()])
}

export function bothStores({ legacy, sharded }: BothPools): Readonly<Record<StoreName, OwnedOrderStore>> {
  return { legacy: legacyOrderStore(legacy), sharded: shardedOrderStore(sharded) }
}

/** On the connections of leases, or of upkeep: a fence that is held up holds up no lease there. */
export function bothLedgers({ legacy, sharded }: BothPools, kind: 'leases' | 'upkeep' = 'leases'): Ledgers {
  return { legacy: new StoreLedger('legacy', legacy[kind]), sharded: new StoreLedger('sharded', sharded[kind]) }
}
