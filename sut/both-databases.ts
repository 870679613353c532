// What both databases of a migration are to whoever works on both: an order store each, and a ledger of the switches each.

import type { StoreName } from '../contracts/switches.ts'
import { legacyOrderStore } from './storage/legacy-store/legacy-order-store.ts'
import type { MysqlPool } from './storage/mysql-pool.ts'
import type { OwnedOrderStore } from './storage/order-store.ts'
import { shardedOrderStore } from './storage/sharded-store/sharded-order-store.ts'
import { type Ledgers, StoreLedger } from './switches/store-ledger.ts'

export type BothPools = Readonly<Record<StoreName, MysqlPool>>

export function bothStores({ legacy, sharded }: BothPools): Readonly<Record<StoreName, OwnedOrderStore>> {
  return { legacy: legacyOrderStore(legacy), sharded: shardedOrderStore(sharded) }
}

/** On the connections of leases, or of upkeep: a fence that is held up holds up no lease there. */
export function bothLedgers({ legacy, sharded }: BothPools, kind: 'leases' | 'upkeep' = 'leases'): Ledgers {
  return { legacy: new StoreLedger('legacy', legacy[kind]), sharded: new StoreLedger('sharded', sharded[kind]) }
}
