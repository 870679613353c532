// MySQL and Elasticsearch for one command: the addresses in the environment, the engines that run already, or engines
// started for it; their data stays.

import type { Engines } from '../contracts/engines.ts'
import { freeDiskBytes } from '../engines/machine.ts'
import { CHECKOUT } from '../engines/place.ts'
import type { StoreAddresses } from '../generators/store/addresses.ts'
import type { CommandContext } from './run-command.ts'
import { withEngines } from './with-engines.ts'

export interface FoundStores {
  readonly stores: StoreAddresses
  /** Where the engines keep their data; null when they run elsewhere. */
  readonly freeDiskBytes: number | null
}

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]'])

export async function withStores<T>(
  context: Pick<CommandContext, 'signal' | 'say' | 'onCleanup'>,
  use: (found: FoundStores) => Promise<T>,
): Promise<T> {
  const { HEADROOM_MYSQL_URL: url, HEADROOM_ELASTICSEARCH_URL: elasticsearchUrl } = process.env
  if (!url) return await withEngines(context, (engines) => use(storesOf(engines)))
  const isHere = LOOPBACK.has(URL.parse(url)?.hostname ?? '')
  return await use({
    stores: { mysql: { url }, elasticsearchUrl: elasticsearchUrl ?? null },
    freeDiskBytes: isHere ? freeDiskBytes(CHECKOUT) : null,
  })
}

export function storesOf({ mysql, elasticsearch }: Pick<Engines, 'mysql' | 'elasticsearch'>): FoundStores {
  const { url, socketPath } = mysql
  return {
    stores: { mysql: socketPath ? { url, socketPath } : { url }, elasticsearchUrl: elasticsearch.url },
    freeDiskBytes: LOOPBACK.has(new URL(url).hostname) ? freeDiskBytes(CHECKOUT) : null,
  }
}
