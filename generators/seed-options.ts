// What a caller of the seeder decides, and what it gets back.

import type { Dataset, SeedVolume } from '../contracts/dataset.ts'
import type { StoredFamily } from '../contracts/shard.ts'
import type { SizePrediction } from './predict-size.ts'
import type { StoreAddresses } from './store/addresses.ts'

export interface SeedOptions {
  /** The plan's years to seed: plan/seed-volume.ts makes it. */
  readonly volume: SeedVolume
  readonly seed: number
  /** null: what disk, memory and the time budget allow, or what a begun data set has. */
  readonly scale: number | null
  readonly timeBudgetSeconds: number
  readonly fullShards: readonly number[]
  /** The part of the work this run does; all tables of the data set are described whatever it is. */
  readonly shards: readonly number[]
  /** Shards that lie on this server; all of them when absent. */
  readonly ownShards?: readonly number[]
  /** Removes what is there first. */
  readonly reset: boolean
  /** A finished data set stays, also when it was made with another plan, seed or scale. */
  readonly ifEmpty: boolean
  /** MySQL only, and only for a server with nothing else worth keeping. */
  readonly redoOff?: boolean
}

export interface SeedDeps {
  readonly stores: StoreAddresses
  /** Where the engines keep their data; null when they run elsewhere. */
  readonly freeDiskBytes: number | null
  readonly memoryBytes: number
  readonly cores: number
  readonly signal: AbortSignal
  /** A line for people. */
  readonly say: (line: string) => void
  readonly startProgress: StartProgress
}

/** cli/progress.ts. */
export type StartProgress = (options: { readonly label: string; readonly total: number; readonly unit: string }) => {
  update(done: number): void
  stop(): void
}

export interface SeedReport {
  readonly dataset: Dataset
  readonly outcome: 'seeded' | 'already-there'
  /** By this run. */
  readonly rowsWritten: number
  readonly seconds: number
  readonly prediction: SizePrediction
  /** What the tables of this run take afterwards, and the index where it holds just them; null: nothing was written. */
  readonly measured: {
    readonly tableBytes: Readonly<Record<StoredFamily, number>>
    readonly searchBytes: number | null
  } | null
  /** Every shard of the data set is there, not only the shards of this run. */
  readonly finished: boolean
}
