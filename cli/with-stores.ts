// MySQL and Elasticsearch for one command: the addresses in the environment, the engines that run already, or engines
// started for it; their data stays.

import type { Engines } from '../contracts/engines.ts'
import { type MysqlAddress, type ShardMap, shardMapOf } from '../contracts/shard-map.ts'
import { elasticsearch } from '../engines/elasticsearch.ts'
import { freeDiskBytes } from '../engines/machine.ts'
import { LEGACY_ADDRESS_VARIABLE, legacyUrlOf, mysql } from '../engines/mysql.ts'
import { openPlace } from '../engines/place.ts'
import { probedShardMap, SHARDS_VARIABLE } from '../engines/shard-servers.ts'
import { serverAtAddress } from '../engines/start-server.ts'
import type { StoreAddresses } from '../generators/store/addresses.ts'
import { connect, rows } from '../generators/store/mysql-connection.ts'
import { sayMysqlAlone } from './mysql-alone.ts'
import type { CommandContext } from './run-command.ts'
import { withEngines } from './with-engines.ts'

export interface FoundStores {
  /** Which server holds which shard; `stores.mysql` is the home server of it. */
  readonly map: ShardMap
  readonly stores: StoreAddresses
  /** Where MySQL keeps its data; null when that is elsewhere. */
  readonly freeDiskBytes: number | null
}

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]'])

export async function withStores<T>(
  context: Pick<CommandContext, 'signal' | 'say' | 'onCleanup'>,
  use: (found: FoundStores) => Promise<T>,
): Promise<T> {
  const url = process.env[mysql.addressVariable]
  if (!url) return await withEngines(context, (engines) => use(storesOf(engines)))
  const elasticsearchUrl = process.env[elasticsearch.addressVariable] || null
  await serverAtAddress(mysql, mysql.addressVariable, url)
  const map = await probedShardMap({ url }, process.env[SHARDS_VARIABLE])
  if (elasticsearchUrl) await serverAtAddress(elasticsearch, elasticsearch.addressVariable, elasticsearchUrl)
  else sayMysqlAlone(context.say)
  return await use({
    map,
    stores: { mysql: { url }, elasticsearchUrl },
    freeDiskBytes: isHere(url) ? await freeDiskOfServer(url) : null,
  })
}

export function storesOf(engines: Pick<Engines, 'mysql' | 'mysqlShards' | 'elasticsearch'>): FoundStores {
  const map = shardMapOf(engines)
  const [{ url, socketPath }] = map
  return {
    map,
    stores: { mysql: socketPath ? { url, socketPath } : { url }, elasticsearchUrl: engines.elasticsearch.url },
    freeDiskBytes: freeDiskHere(url),
  }
}

/** The monolith's database. */
export interface FoundLegacyStore {
  readonly address: MysqlAddress
  readonly freeDiskBytes: number | null
}

export async function withLegacyStore<T>(
  context: Pick<CommandContext, 'signal' | 'say' | 'onCleanup'>,
  use: (found: FoundLegacyStore) => Promise<T>,
): Promise<T> {
  const own = process.env[LEGACY_ADDRESS_VARIABLE]
  const orders = process.env[mysql.addressVariable]
  const url = own || (orders && legacyUrlOf(orders))
  if (!url) {
    return await withEngines(context, ({ legacyMysql: { url, socketPath } }) =>
      use({ address: socketPath ? { url, socketPath } : { url }, freeDiskBytes: freeDiskHere(url) }),
    )
  }
  await serverAtAddress(mysql, own ? LEGACY_ADDRESS_VARIABLE : `${mysql.addressVariable}, for the monolith`, url)
  return await use({ address: { url }, freeDiskBytes: isHere(url) ? await freeDiskOfServer(url) : null })
}

function isHere(url: string): boolean {
  return LOOPBACK.has(new URL(url).hostname)
}

/** Of our own engines. */
function freeDiskHere(url: string): number | null {
  return isHere(url) ? freeDiskBytes(openPlace().home) : null
}

/** null: its data directory cannot be seen from here, as with a server in a container. */
async function freeDiskOfServer(url: string): Promise<number | null> {
  try {
    const connection = await connect({ url })
    const [row] = await rows<{ folder: string }>(connection, 'SELECT @@datadir AS folder')
    connection.destroy()
    return row ? freeDiskBytes(row.folder) : null
  } catch {
    return null // whoever needs the server next says what is wrong with it
  }
}
