// What was seeded: `runs/<id>/dataset.json`, the row of `headroom_dataset`, and the SUT's identity answer are this shape.

import type { Plan } from './plan.ts'
import type { SeededFamily } from './shard.ts'

/** What the seeder needs to know of a plan: its first N years, not yet scaled. Made by plan/seed-volume.ts. */
export interface SeedVolume {
  readonly plan: Plan
  /** Of what shapes rows: without the law by which a load chooses among them. */
  readonly planHash: string
  readonly years: number
  /** History ends where the plan starts, so that rows of a running service come after it. */
  readonly startMs: number
  readonly endMs: number
  readonly cumulativeOrdersByHour: readonly number[]
  /** Rows of each `orders_NN` after these years, mid case. */
  readonly rowsByTable: readonly number[]
  /** Rows of a table that just reaches the plan's limit at the horizon, after these years. */
  readonly fullTableRows: number
  readonly ordersPerUser: number
  readonly whalesByTable: readonly number[]
  readonly whaleShareByTable: readonly number[]
}

export interface SeededShard {
  readonly shard: number
  /** Rows of `orders_NN` that the seeder wrote. Row numbers run from 0. */
  readonly orders: number
  /** Rows of the whole table, of which these are the first in time: a rung of the ladder. Absent: it is whole. */
  readonly wholeOrders?: number
  /** Users of this shard that can appear in it, whales apart. */
  readonly users: number
  /** Whales of this shard. */
  readonly whales: number
  /** Share of this table's orders that its whales placed, as an integer out of 2^32. */
  readonly whaleWeight: number
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
  /** The search index was fed none of them. Absent: it was. */
  readonly inSearchIndex?: false
  /** One per shard, in order: the position is the shard number. */
  readonly shards: readonly SeededShard[]
  readonly rows: Readonly<Record<SeededFamily, number>>
  /** First millisecond of the data. */
  readonly startMs: number
  /** The moment "now" of the data: statuses are by age at this moment. */
  readonly endMs: number
  /** Orders of the plan (mid) placed before the end of each hour since startMs: the time curve of every table. */
  readonly cumulativeOrdersByHour: readonly number[]
  /** Cumulative shares as integers out of 2^32, most active class first; the last is 2^32. See seeded-order.ts. */
  readonly activity: readonly { readonly shareOfUsers: number; readonly shareOfOrders: number }[]
  readonly whales: readonly { readonly userId: number; readonly shard: number }[]
  readonly whaleShareOfOrders: number
  /** Whale j of shard s is user 64·(firstWhaleIndex + j + 1) + s: beyond every ordinary user, at every scale. */
  readonly firstWhaleIndex: number
  readonly regions: number
  readonly productCount: number
  /** By which rows of `orders_NN` are wider than its columns. Absent: 0. */
  readonly extraBytesPerRow?: number
}

/** `seeding`: a seeder runs or was stopped; `finished`: every row is there; `removing`: tables are being dropped. */
export type DatasetState = 'seeding' | 'finished' | 'removing'

/** The curve of time lies on the whole table. */
export function wholeOrdersOf({ orders, wholeOrders }: SeededShard): number {
  return wholeOrders ?? orders
}

/** One row (dataset_id 1): what the tables beside it hold. The services read `dataset` and `state` from it. */
export const DATASET_TABLE = 'headroom_dataset'
export const CREATE_DATASET_SQL = `CREATE TABLE IF NOT EXISTS ${DATASET_TABLE} (
  dataset_id TINYINT NOT NULL,
  seeding_id CHAR(36) NOT NULL,
  fingerprint CHAR(64) NOT NULL,
  state VARCHAR(16) NOT NULL,
  dataset LONGTEXT NOT NULL,
  redo_off_since VARCHAR(64) NULL,
  fed_to_search TINYINT NOT NULL,
  PRIMARY KEY (dataset_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`

/** GET /.well-known/headroom */
export interface Identity {
  readonly system: 'headroom-sut'
  readonly version: string
  readonly topology: 'one-process' | 'process-per-service'
  /** null: the tables were never seeded. */
  readonly dataset: Dataset | null
}
