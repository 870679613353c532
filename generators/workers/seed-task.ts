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
  | { readonly kind: 'load'; readonly shard: number; readonly from: number; readonly to: number }
  | { readonly kind: 'finish'; readonly shard: number }

export type SeedAnswer =
  | { readonly ok: true; readonly rows: number }
  | { readonly ok: false; readonly refusal: RefusalDetails }
  | { readonly ok: false; readonly message: string; readonly stack: string | undefined }
