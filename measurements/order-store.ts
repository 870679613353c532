// Where the orders of a run are: in the tables, or in the monolith while that is what is read.

import type { Engines } from '../contracts/engines.ts'
import type { AcknowledgedOrders } from '../contracts/measurement.ts'
import { type MigrationDuring, readsMonolith } from '../contracts/migration-position.ts'
import { type MysqlAddress, type ShardMap, shardMapOf } from '../contracts/shard-map.ts'
import { type Acknowledgement, lookUp } from './acknowledged-orders.ts'
import { byOldNumber, lookUpLegacy } from './legacy-orders.ts'

interface Store {
  lookUp(told: readonly Acknowledgement[]): Promise<AcknowledgedOrders>
}

export type OrderStore =
  | (Store & { readonly kind: 'tables'; readonly map: ShardMap; readonly searchUrl: string })
  | (Store & { readonly kind: 'monolith'; readonly address: MysqlAddress })

export interface StoresOf {
  readonly engines: (Pick<Engines, 'mysql' | 'mysqlShards' | 'elasticsearch'> & Partial<Engines>) | null
  /** The monolith's database, when it is the monolith that is loaded. */
  readonly legacyMysql?: MysqlAddress
}

/** null: not ours to look into. */
export function orderStore(
  { engines, legacyMysql }: StoresOf,
  migration: MigrationDuring | undefined,
): OrderStore | null {
  if (legacyMysql !== undefined) {
    return { kind: 'monolith', address: legacyMysql, lookUp: (told) => lookUpLegacy(legacyMysql, told) }
  }
  if (engines === null) return null
  const { legacyMysql: monolith } = engines
  if (monolith !== undefined && readsMonolith(migration)) {
    return { kind: 'monolith', address: monolith, lookUp: (told) => lookUpLegacy(monolith, byOldNumber(told)) }
  }
  const map = shardMapOf(engines)
  return { kind: 'tables', map, searchUrl: engines.elasticsearch.url, lookUp: (told) => lookUp(map, told) }
}
