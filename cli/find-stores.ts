// Where MySQL and Elasticsearch are: the addresses in the environment, or the engines that `npm run up` started.

import { readEngines } from '../engines/engines-file.ts'
import { freeDiskBytes } from '../engines/machine.ts'
import { CHECKOUT } from '../engines/place.ts'
import type { StoreAddresses } from '../generators/store/addresses.ts'

export interface FoundStores {
  readonly stores: StoreAddresses
  /** Where the engines keep their data; null when they run elsewhere. */
  readonly freeDiskBytes: number | null
}

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]'])

export function findStores(env: NodeJS.ProcessEnv): FoundStores {
  const mysqlUrl = env.HEADROOM_MYSQL_URL
  const stores = mysqlUrl
    ? { mysql: { url: mysqlUrl }, elasticsearchUrl: env.HEADROOM_ELASTICSEARCH_URL ?? null }
    : storesOfEngines()
  const isHere = LOOPBACK.has(new URL(stores.mysql.url).hostname)
  return { stores, freeDiskBytes: isHere ? freeDiskBytes(CHECKOUT) : null }
}

function storesOfEngines(): StoreAddresses {
  const { mysql, elasticsearch } = readEngines()
  const { url, socketPath } = mysql
  return { mysql: socketPath ? { url, socketPath } : { url }, elasticsearchUrl: elasticsearch.url }
}
