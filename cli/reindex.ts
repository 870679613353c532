// `npm run reindex`: the search index from MySQL, beside a running system or without one.

import type { Connection } from 'mysql2/promise'
import { EXIT_CODES, Refusal } from '../contracts/refusal.ts'
import { ALL_SHARDS } from '../contracts/shard.ts'
import { type ShardServer, serverOf } from '../contracts/shard-map.ts'
import { readStoredDataset } from '../generators/store/dataset-store.ts'
import { connect, rows } from '../generators/store/mysql-connection.ts'
import { createSlices, dropSlices, endLoading, searchClient } from '../generators/store/search-index.ts'
import type { OrderRow } from '../sut/storage/order-tables.ts'
import { type Reindexed, reindexShard } from '../sut/storage/reindex-orders.ts'
import { SearchIndex } from '../sut/storage/search-index.ts'
import { phaseOf } from './phase-of.ts'
import { refuseWhileMoving } from './refuse-while-moving.ts'
import { runCommand } from './run-command.ts'
import { withStores } from './with-stores.ts'

const HELP = `
Every order is sent under its row's version: what the index knows already
stays, so this may be repeated, and run while the order system does.
--from-scratch first removes the slices, documents without an order with them;
until the end, searches find what is indexed so far.

The orders are those of the sharded tables: refused in the phases of a migration
that read the monolith's.

Examples:
  npm run reindex
  npm run reindex -- --from-scratch`

await runCommand<{ fromScratch?: true }>(
  'reindex',
  (program) =>
    program
      .description('Fill the search index from MySQL.')
      .option('--from-scratch', 'remove all slices first')
      .addHelpText('after', HELP),
  async ({ options: { fromScratch } }, context) => {
    const { json, say, signal } = context
    const total = await withStores(context, async ({ map, stores: { elasticsearchUrl } }) => {
      refuseWhileMoving('reindex', await phaseOf(map))
      if (!elasticsearchUrl) throw withoutElasticsearch()
      const connections = new Map<ShardServer, Connection>()
      for (const server of map) connections.set(server, await connect(server))
      const index = new SearchIndex(elasticsearchUrl)
      try {
        if (fromScratch) await makeAnew(elasticsearchUrl, connections.get(map[0]) as Connection)
        const all: Reindexed[] = []
        let sent = 0
        for (const shard of ALL_SHARDS) {
          const connection = connections.get(serverOf(map, shard)) as Connection
          const read = (sql: string, values: readonly unknown[]) => rows<OrderRow>(connection, sql, values)
          all.push(
            await reindexShard({ rows: read, index, signal }, shard, (orders) => {
              sent += orders
            }),
          )
          say(`shard ${shard}: ${sent.toLocaleString('en')} orders so far`)
        }
        return sumOf(all)
      } finally {
        for (const connection of connections.values()) connection.destroy()
        await index.close()
      }
    })
    say(`${total.indexed} orders indexed, ${total.known} known already, ${total.refused.length} refused`)
    for (const { orderId, reason } of total.refused.slice(0, 10)) say(`  order ${orderId}: ${reason}`)
    if (json) process.stdout.write(`${JSON.stringify(total)}\n`)
    return total.refused.length === 0 ? EXIT_CODES.pass : EXIT_CODES.fault
  },
)

/** Slices of a seeded data set keep its mark: `seed` and `verify` know the index by it. */
async function makeAnew(elasticsearchUrl: string, connection: Connection): Promise<void> {
  const client = searchClient(elasticsearchUrl)
  try {
    await dropSlices(client)
    const stored = await readStoredDataset(connection)
    if (!stored) return
    await createSlices(client, stored.dataset)
    // Searched while they are filled.
    await endLoading(client, stored.dataset)
  } finally {
    await client.close()
  }
}

function sumOf(all: readonly Reindexed[]): Reindexed {
  return {
    indexed: all.reduce((sum, { indexed }) => sum + indexed, 0),
    known: all.reduce((sum, { known }) => sum + known, 0),
    refused: all.flatMap(({ refused }) => refused),
  }
}

function withoutElasticsearch(): Refusal {
  return new Refusal({
    what: 'there is no search index to fill',
    why: ['HEADROOM_MYSQL_URL is set, and HEADROOM_ELASTICSEARCH_URL is not'],
    wayOut: 'Set both, or neither to use the engines of this checkout.',
  })
}
