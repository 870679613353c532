// What was seeded: `runs/<id>/dataset.json`, the row of `headroom_dataset`, and the SUT's identity answer are this shape.

import type { SeededFamily } from './shard.ts'

export interface SeededShard {
  readonly shard: number
  /** Rows of `orders_NN` that the seeder wrote. Row numbers run from 0. */
  readonly orders: number
  /** Users of this shard that can appear in it, whales apart. */
  readonly users: number
}

export interface Dataset {
  /** Hash of plan, seed, schema and generator version: equal fingerprints mean equal rows. */
  readonly fingerprint: string
  readonly planHash: string
  readonly seed: number
  readonly years: number
  /** Fraction of the plan's volume in ordinary shards. */
  readonly scale: number
  /** Shards filled to the plan's whole volume. */
  readonly fullShards: readonly number[]
  readonly shards: readonly SeededShard[]
  readonly rows: Readonly<Record<SeededFamily, number>>
  /** First millisecond of the data. */
  readonly startMs: number
  /** The moment "now" of the data: statuses are by age at this moment. */
  readonly endMs: number
  /** Orders of the plan (mid) placed before the end of each hour since startMs: the time curve of every table. */
  readonly cumulativeOrdersByHour: readonly number[]
  /** Cumulative weights and user shares as integers out of 2^32: see seeded-order.ts. */
  readonly activity: readonly { readonly shareOfUsers: number; readonly shareOfOrders: number }[]
  readonly whales: readonly { readonly userId: number; readonly shard: number }[]
  readonly whaleShareOfOrders: number
  readonly regions: number
  readonly productCount: number
}

/** GET /.well-known/headroom */
export interface Identity {
  readonly system: 'headroom-sut'
  readonly version: string
  readonly topology: 'one-process' | 'process-per-service'
  /** null: the tables were never seeded. */
  readonly dataset: Dataset | null
}
