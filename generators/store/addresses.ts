// Where the stores are. Plain data: it travels to worker threads.

import type { MysqlAddress } from '../../contracts/shard-map.ts'

export interface StoreAddresses {
  readonly mysql: MysqlAddress
  /** null: seed MySQL only. */
  readonly elasticsearchUrl: string | null
}
