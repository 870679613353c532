// Rows per table when users are spread over shards: mean, spread, the fullest table, and the odds that one is too full.

export interface HeavyKey {
  /** Share of all rows that belong to this one user. */
  readonly share: number
}

export interface ShardsQuestion {
  readonly users: number
  readonly shards: number
  readonly meanRowsPerUser: number
  /** Standard deviation ÷ mean of the rows per user. */
  readonly cvRowsPerUser: number
  /** Ids are hashed or random, so the number of users per table varies too. */
  readonly hashedIds: boolean
  readonly limits: readonly number[]
  readonly heavyKeys: readonly HeavyKey[]
  readonly seed: number
}

export const SHARD_METHODS = ['normal', 'simulation', 'known-keys'] as const
export type ShardMethod = (typeof SHARD_METHODS)[number]

export interface Exceedance {
  readonly limit: number
  readonly anyTable: number
  /** Of the simulation's mean; absent when nothing was simulated. */
  readonly anyTableStandardError?: number
  readonly oneTable: number
}

export interface ShardsAnswer {
  readonly method: ShardMethod
  readonly methodReason: string
  readonly tableMean: number
  readonly tableSd: number
  readonly expectedMax: number
  /** Of the simulation's mean; absent when nothing was simulated. */
  readonly expectedMaxStandardError?: number
  readonly replicates?: number
  readonly exceed: readonly Exceedance[]
  /** With heavy keys: the fullest table holds at least this multiple of the mean when all other rows spread evenly. */
  readonly maxOverMeanFloor?: number
}
