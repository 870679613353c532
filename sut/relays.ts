// Who tells the search index of orders: a relay for each outbox. Of both databases, as only the one that decides gets events,
// and what it had before a flip is told all the same.

import type { Databases } from './databases.ts'
import { OutboxRelay } from './domain/order/outbox-relay.ts'
import { RelayMetrics } from './domain/order/relay-metrics.ts'
import { onceBegun } from './migration.ts'
import { legacyOutbox } from './storage/legacy-store/legacy-outbox.ts'
import { type Outbox, shardedOutbox } from './storage/outbox-tables.ts'
import type { OrderIndex } from './storage/search-index.ts'
import type { StoreOptions } from './stores.ts'

export async function startRelays(
  { metrics, logger, parts }: StoreOptions,
  { pool, migration }: Databases,
  index: OrderIndex,
): Promise<void> {
  const relayMetrics = new RelayMetrics(metrics)
  const start = (outbox: Outbox) => parts.startInBackground(new OutboxRelay(outbox, index, relayMetrics, logger))
  for (const server of pool.relay) start(shardedOutbox(server))
  if (!migration) return
  const { board, pools } = migration
  await onceBegun(board, parts, () => {
    for (const { lane } of pools.legacy.relay) start(legacyOutbox(lane))
  })
}
