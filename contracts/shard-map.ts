// Which MySQL server holds which shard. One entry by default: all of them lie on the home server, which besides holds
// what is not sharded (catalogue, id workers, the data set's description).

import { tlsMistakes } from './mysql-address.ts'
import { ALL_SHARDS, asShard, SHARD_COUNT, type Shard } from './shard.ts'

/** Plain data: it travels to worker threads and into `.headroom/engines.json`. */
export interface MysqlAddress {
  /** `mysql://user:password@host:port/schema`. */
  readonly url: string
  /** Unix socket on this machine: saves the TCP hop. */
  readonly socketPath?: string | undefined
}

export interface ShardServer extends MysqlAddress {
  readonly shards: readonly Shard[]
  readonly isHome: boolean
}

/** The home server first; each server once, whatever number of ranges names it. */
export type ShardMap = readonly [ShardServer, ...ShardServer[]]

export const SHARD_MAP_SHAPE = '0-31=mysql://user:password@host:3306/headroom,32-63=mysql://…'

const ENTRY = /^(\d{1,2})(?:-(\d{1,2}))?=(.+)$/

export interface ParsedShardMap {
  readonly map: ShardMap
  /** One line per entry that cannot be read. Quotes no address: it holds a password. */
  readonly mistakes: readonly string[]
}

/**
 * Shards that no entry names stay on the home server. An entry without an account, or a password, means that of home; with home's
 * password it means home's TLS too, unless it has its own. Each server has one account and one set of options: of two, one would
 * be dropped.
 */
export function parseShardMap(home: MysqlAddress, text: string | undefined): ParsedShardMap {
  const mistakes: string[] = []
  const addressOf = new Map<Shard, string>()
  const named = new Map<string, { readonly what: string; readonly url: string }>()
  const entries = (text ?? '').split(',').map((entry) => entry.trim())
  for (const [at, entry] of entries.filter(Boolean).entries()) {
    const [, first, last = first, url] = ENTRY.exec(entry) ?? []
    const range = rangeOf(Number(first), Number(last))
    const isMysql = url !== undefined && URL.parse(url)?.protocol === 'mysql:'
    if (!range || !isMysql) {
      mistakes.push(`entry ${at + 1} is not like ${SHARD_MAP_SHAPE.split(',')[0]}, shards 0 to ${SHARD_COUNT - 1}`)
      continue
    }
    const address = asWho(url, home.url)
    mistakes.push(...tlsMistakes(address).map((mistake) => `entry ${at + 1}: ${mistake}`))
    const name = serverName({ url: address })
    const before = name === serverName(home) ? { what: 'the home server', url: home.url } : named.get(name)
    if (before && termsOf(before.url) !== termsOf(address)) {
      mistakes.push(`entry ${at + 1} names ${before.what} with another account or other options`)
    }
    if (!before) named.set(name, { what: `the server of entry ${at + 1}`, url: address })
    const taken = range.find((shard) => addressOf.has(shard))
    if (taken !== undefined) mistakes.push(`shard ${taken} is named by two entries`)
    for (const shard of range) addressOf.set(shard, address)
  }
  return { map: mapOf(home, addressOf), mistakes }
}

function asWho(address: string, homeAddress: string): string {
  const url = new URL(address)
  const home = URL.parse(homeAddress)
  if (!url.username) url.username = home?.username ?? ''
  if (!url.password) {
    url.password = home?.password ?? ''
    if (!url.search) url.search = home?.search ?? ''
  }
  return url.href
}

/** Who asks, and how. */
function termsOf(address: string): string {
  const { username, password, searchParams } = new URL(address)
  searchParams.sort()
  return JSON.stringify([username, password, searchParams.toString()])
}

/** Of the engines as they run (`engines.json`), whose map was read before they were used. */
export function shardMapOf(engines: { readonly mysql: MysqlAddress; readonly mysqlShards?: string }): ShardMap {
  const { url, socketPath } = engines.mysql
  const { map, mistakes } = parseShardMap(socketPath ? { url, socketPath } : { url }, engines.mysqlShards)
  if (mistakes.length > 0) throw new RangeError(mistakes.join('; '))
  return map
}

/** Everything on one server. */
export function oneServer(home: MysqlAddress): ShardMap {
  return [{ ...home, shards: ALL_SHARDS, isHome: true }]
}

export function serverOf(map: ShardMap, shard: number): ShardServer {
  const server = map.find(({ shards }) => shards.includes(shard as Shard))
  if (!server) throw new RangeError(`no server holds shard ${shard}`)
  return server
}

/** `host:port/schema`: tells servers apart in logs, metrics and messages, without who asks. */
export function serverName({ url }: MysqlAddress): string {
  const { hostname, port, pathname } = new URL(url || 'mysql:///')
  return `${hostname}:${port || 3306}${pathname}`
}

function rangeOf(first: number, last: number): readonly Shard[] | undefined {
  if (!(first <= last && last < SHARD_COUNT)) return undefined
  return Array.from({ length: last - first + 1 }, (_, at) => asShard(first + at))
}

function mapOf(home: MysqlAddress, addressOf: ReadonlyMap<Shard, string>): ShardMap {
  const elsewhere = new Map<string, { readonly url: string; readonly shards: Shard[] }>()
  const atHome: Shard[] = []
  for (const shard of ALL_SHARDS) {
    const url = addressOf.get(shard)
    if (url === undefined || serverName({ url }) === serverName(home)) {
      atHome.push(shard)
      continue
    }
    const server = elsewhere.get(serverName({ url })) ?? { url, shards: [] }
    server.shards.push(shard)
    elsewhere.set(serverName({ url }), server)
  }
  const others = [...elsewhere.values()].map((server) => ({ ...server, isHome: false }))
  return [{ ...home, shards: atHome, isHome: true }, ...others]
}
