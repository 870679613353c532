// What a seeding thread is told, and what it answers.

import type { Dataset } from '../../contracts/dataset.ts'
import type { Plan } from '../../contracts/plan.ts'
import type { RefusalDetails } from '../../contracts/refusal.ts'
import type { StoreAddresses } from '../store/addresses.ts'

export interface SeedJob {
  readonly dataset: Dataset
  readonly plan: Plan
  readonly stores: StoreAddresses
}

export type SeedTask =
  | { readonly kind: 'create'; readonly shards: readonly number[] }
  /** Loads a shard from its checkpoint on, and builds its indexes. */
  | { readonly kind: 'fill'; readonly shard: number; readonly from: number; readonly to: number }

export type SeedAnswer =
  /** A chunk is committed; the task goes on. */
  | { readonly kind: 'rows'; readonly rows: number }
  | { readonly kind: 'done' }
  | { readonly kind: 'refused'; readonly refusal: RefusalDetails }
  | { readonly kind: 'failed'; readonly message: string; readonly stack: string | undefined }
