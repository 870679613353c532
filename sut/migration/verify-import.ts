// What an import is held against at its end: as many orders in each shard as the monolith has of it, for as much money. Whether
// each of them is the same to the last field is the full comparison's question.

import { setTimeout as sleep } from 'node:timers/promises'
import { lowestOrderIdAt } from '../../contracts/idempotency.ts'
import type { OrderId } from '../../contracts/order-id.ts'
import { ALL_SHARDS, type Shard } from '../../contracts/shard.ts'
import type { MysqlPool } from '../storage/mysql-pool.ts'
import { orderSums, type ShardSums } from '../storage/order-sums.ts'
import { contextFor } from '../telemetry/call-context.ts'

export interface ShardDifference {
  readonly shard: Shard
  readonly legacy: ShardSums
  readonly sharded: ShardSums
}

export interface VerifiedPools {
  readonly legacy: MysqlPool
  readonly sharded: MysqlPool
}

/** Younger orders may still be on their way to the other store. */
const SETTLED_AFTER_MS = 60_000
const SUMS_LIMIT_MS = 600_000
const MAX_LOOKS = 3
const PAUSE_MS = 1_000
const NONE: ShardSums = { orders: 0, cents: 0 }

/** Shards that differ. `without`: what can never be taken over. */
export async function verifyImport(
  pools: VerifiedPools,
  beganAtMs: number,
  without: readonly OrderId[],
  signal: AbortSignal,
): Promise<readonly ShardDifference[]> {
  const upTo = String(lowestOrderIdAt(beganAtMs - SETTLED_AFTER_MS)) as OrderId
  for (let look = 1; ; look++) {
    const [legacy, sharded] = await Promise.all(
      (['legacy', 'sharded'] as const).map((name) =>
        orderSums(name, pools[name], { upTo, without }, contextFor('migration', SUMS_LIMIT_MS)),
      ),
    )
    const differences = ALL_SHARDS.flatMap((shard) => {
      const [old, young] = [legacy?.get(shard) ?? NONE, sharded?.get(shard) ?? NONE]
      return old.orders === young.orders && old.cents === young.cents ? [] : [{ shard, legacy: old, sharded: young }]
    })
    // The mirror may have been about to tell one of them.
    if (differences.length === 0 || look >= MAX_LOOKS) return differences
    await sleep(PAUSE_MS, undefined, { signal })
  }
}
