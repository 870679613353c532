// What a verification looks at, as one hash: what was found on another server, in another seeding or in other shards
// says nothing about this one.

import { createHash } from 'node:crypto'
import type { StoreAddresses } from '../store/addresses.ts'
import type { StoredDataset } from '../store/dataset-store.ts'

/** Raised with every change of what is checked: what an older verification passed, it passed by other rules. */
const RULES_VERSION = 2

export interface Verified {
  /** Elasticsearch is null where documents are not compared. */
  readonly stores: StoreAddresses
  readonly stored: Pick<StoredDataset, 'seedingId'> & {
    readonly dataset: Pick<StoredDataset['dataset'], 'fingerprint'>
  }
  readonly shards: readonly number[]
}

export function journalIdentity({ stores, stored, shards }: Verified): string {
  const { mysql, elasticsearchUrl } = stores
  // Not the account: who asks changes nothing about what is there.
  const { hostname, port, pathname } = new URL(mysql.url)
  const server = [hostname, mysql.socketPath ?? (port || '3306'), pathname]
  const origin = elasticsearchUrl === null ? null : new URL(elasticsearchUrl).origin
  const parts = [RULES_VERSION, server, origin, stored.seedingId, stored.dataset.fingerprint, shards]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}
