// Which service may do what in which store: the one place that knows. Accounts, grants, access lists and roles are made from
// it, and docs/access.md is its picture.

import { CATALOGUE_AUDIT_TABLE, PRODUCTS_TABLE } from './catalogue.ts'
import { DATASET_TABLE } from './dataset.ts'
import {
  LEGACY_ITEMS_TABLE,
  LEGACY_KEYS_TABLE,
  LEGACY_ORDERS_TABLE,
  LEGACY_OUTBOX_TABLE,
  LEGACY_PRODUCTS_TABLE,
} from './legacy-tables.ts'
import {
  AUDIT_TABLE,
  COMPARISONS_TABLE,
  FENCE_TABLE,
  GAPS_TABLE,
  MESSAGES_TABLE,
  PROCESSES_TABLE,
  SWITCHES_TABLE,
} from './migration-tables.ts'
import type { RedisServer } from './redis-settings.ts'
import { SCHEMA_TABLE } from './schema-version.ts'
import { ORDER_SLICES } from './search-index.ts'
import { TABLE_FAMILIES, type TableFamily } from './shard.ts'
import type { StoreName } from './switches.ts'
import { LEGACY_NUMBERS_TABLE, PARKED_TABLE, WORKERS_TABLE } from './tables.ts'

/**
 * `edge`: the front-ends. `monolith`: in Redis; in its own database it is the owner. `all`: the process that holds every
 * service, and so may do what each of them may.
 */
export const SERVICE_ACCOUNTS = ['order', 'catalogue', 'indexer', 'edge', 'monolith', 'all'] as const
export type ServiceAccount = (typeof SERVICE_ACCOUNTS)[number]
const SERVICES = SERVICE_ACCOUNTS.filter((account) => account !== 'all')
type Service = (typeof SERVICES)[number]

export const SQL_STATEMENTS = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] as const
export type SqlStatement = (typeof SQL_STATEMENTS)[number]

/** Tables that every server has, or the home server only. */
const TABLES_OF_EVERY_SERVER = [
  SCHEMA_TABLE,
  WORKERS_TABLE,
  PARKED_TABLE,
  FENCE_TABLE,
  GAPS_TABLE,
  LEGACY_NUMBERS_TABLE,
] as const
const TABLES_OF_HOME = [PRODUCTS_TABLE, CATALOGUE_AUDIT_TABLE, DATASET_TABLE] as const

/** A family stands for its table of each shard. */
export const TABLE_KINDS = [...TABLE_FAMILIES, ...TABLES_OF_EVERY_SERVER, ...TABLES_OF_HOME] as const
export type TableKind = (typeof TABLE_KINDS)[number]

export interface SearchAccess {
  readonly cluster: readonly string[]
  readonly index: readonly string[]
}

export interface RedisAccess {
  /** Patterns. */
  readonly keys: readonly string[]
  readonly commands: readonly string[]
}

interface ServiceAccess extends Partial<Readonly<Record<RedisServer, RedisAccess>>> {
  readonly mysql: Partial<Readonly<Record<TableKind, readonly SqlStatement[]>>>
  readonly elasticsearch?: SearchAccess
}

const ASKED_BY_CLIENT = ['ping', 'info', 'select'] as const

/** Nonces of signed requests, and how often a user asked. */
const EDGE_KEYS = 'headroom:edge:*'
const EDGE_COMMANDS = ['get', 'set', 'incr', 'pexpire', 'multi', 'exec'] as const

const ACCESS: Readonly<Record<Service, ServiceAccess>> = {
  order: {
    mysql: {
      orders: ['SELECT', 'INSERT', 'UPDATE'],
      order_items: ['SELECT', 'INSERT'],
      payments: ['SELECT', 'INSERT', 'UPDATE'],
      idempotency_keys: ['SELECT', 'INSERT'],
      outbox: ['INSERT'],
      [WORKERS_TABLE]: ['SELECT', 'UPDATE'],
      // A flip opens and closes; a writer only asks.
      [FENCE_TABLE]: ['SELECT'],
      [GAPS_TABLE]: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
      [LEGACY_NUMBERS_TABLE]: ['SELECT', 'INSERT'],
      [DATASET_TABLE]: ['SELECT'],
      [SCHEMA_TABLE]: ['SELECT'],
    },
    elasticsearch: { cluster: ['monitor'], index: ['read'] },
    redis: { keys: ['headroom:order:*'], commands: ['get', 'set', ...ASKED_BY_CLIENT] },
    // Beside a monolith, the part of a group of readers.
    streams: {
      keys: ['headroom:events:*'],
      commands: [...ASKED_BY_CLIENT, 'xgroup', 'xreadgroup', 'xautoclaim', 'xpending', 'xack', 'xadd'],
    },
  },
  catalogue: {
    mysql: {
      [PRODUCTS_TABLE]: ['SELECT', 'UPDATE'],
      // What is written there stays as it is.
      [CATALOGUE_AUDIT_TABLE]: ['INSERT'],
      [SCHEMA_TABLE]: ['SELECT'],
    },
  },
  indexer: {
    mysql: {
      outbox: ['SELECT', 'DELETE'],
      [PARKED_TABLE]: ['SELECT', 'INSERT', 'DELETE'],
      // Keys whose window has passed are forgotten here.
      idempotency_keys: ['SELECT', 'DELETE'],
      [DATASET_TABLE]: ['SELECT'],
      [SCHEMA_TABLE]: ['SELECT'],
    },
    // A slice is made, with the fields of the template, by the first order of its quarter.
    elasticsearch: { cluster: ['monitor', 'manage_index_templates'], index: ['index', 'create_index'] },
    // Beside a monolith others are told of changes.
    streams: {
      keys: ['headroom:events:*', 'headroom:legacy:*'],
      commands: [...ASKED_BY_CLIENT, 'multi', 'exec', 'xadd'],
    },
  },
  edge: {
    mysql: {},
    streams: { keys: [EDGE_KEYS], commands: [...ASKED_BY_CLIENT, ...EDGE_COMMANDS] },
  },
  monolith: {
    mysql: {},
    // Nobody is to be shown an order as it was before the monolith changed it.
    redis: { keys: ['headroom:order:*'], commands: ['set', ...ASKED_BY_CLIENT] },
    // Before a migration it tells of its orders itself; and it counts its users.
    streams: { keys: ['headroom:legacy:*', EDGE_KEYS], commands: [...ASKED_BY_CLIENT, ...EDGE_COMMANDS, 'xadd'] },
  },
}

type Rights = Readonly<Record<string, readonly SqlStatement[]>>

/** Reads the switches, and says that it is alive. */
const FOLLOWS_SWITCHES: Rights = { [SWITCHES_TABLE]: ['SELECT'], [PROCESSES_TABLE]: SQL_STATEMENTS }
/** And makes flips, or brings those to their end that were left half way. */
const MAKES_FLIPS: Rights = {
  ...FOLLOWS_SWITCHES,
  [SWITCHES_TABLE]: ['SELECT', 'UPDATE'],
  [FENCE_TABLE]: ['SELECT', 'UPDATE'],
  [AUDIT_TABLE]: ['SELECT', 'INSERT'],
  // What a flip into phase 2 is judged by.
  [COMPARISONS_TABLE]: ['SELECT'],
}

/** Tells them, takes them away, and puts aside what can be told to nobody. */
const TELLS_MESSAGES: Rights = { [MESSAGES_TABLE]: ['SELECT', 'UPDATE', 'DELETE'] }

/** What each may do besides where there is a monolith to move from: in its database, and in the sharded one. */
const MIGRATION_ACCESS: Readonly<Record<Service, Readonly<Record<StoreName, Rights>>>> = {
  order: {
    legacy: {
      ...MAKES_FLIPS,
      [LEGACY_ORDERS_TABLE]: ['SELECT', 'INSERT', 'UPDATE'],
      [LEGACY_ITEMS_TABLE]: ['SELECT', 'INSERT'],
      [LEGACY_KEYS_TABLE]: ['SELECT', 'INSERT'],
      [LEGACY_OUTBOX_TABLE]: ['INSERT'],
      [MESSAGES_TABLE]: ['INSERT'],
      [GAPS_TABLE]: SQL_STATEMENTS,
      [WORKERS_TABLE]: ['SELECT', 'UPDATE'],
      // Which data it holds, for whoever asks us.
      [DATASET_TABLE]: ['SELECT'],
    },
    sharded: { ...MAKES_FLIPS, [MESSAGES_TABLE]: ['INSERT'] },
  },
  catalogue: {
    legacy: { ...FOLLOWS_SWITCHES, [LEGACY_PRODUCTS_TABLE]: ['SELECT', 'UPDATE'] },
    sharded: FOLLOWS_SWITCHES,
  },
  indexer: {
    legacy: {
      ...FOLLOWS_SWITCHES,
      [LEGACY_OUTBOX_TABLE]: ['SELECT', 'DELETE'],
      [LEGACY_KEYS_TABLE]: ['SELECT', 'DELETE'],
      [PARKED_TABLE]: ['SELECT', 'INSERT', 'DELETE'],
      ...TELLS_MESSAGES,
      // The number of an order that was born in the monolith.
      [LEGACY_ORDERS_TABLE]: ['SELECT'],
    },
    sharded: { ...FOLLOWS_SWITCHES, ...TELLS_MESSAGES, [LEGACY_NUMBERS_TABLE]: ['SELECT'] },
  },
  edge: { legacy: {}, sharded: {} },
  monolith: { legacy: {}, sharded: {} },
}

/** By name, in alphabetical order. */
export function migrationTablesOf(
  account: ServiceAccount,
  store: StoreName,
): ReadonlyMap<string, readonly SqlStatement[]> {
  const services = account === 'all' ? SERVICES : [account]
  const given = services.map((service) => MIGRATION_ACCESS[service][store])
  const tables = distinct(given.flatMap((rights) => Object.keys(rights))).toSorted()
  return new Map(
    tables.map((table) => [
      table,
      SQL_STATEMENTS.filter((statement) => given.some((rights) => rights[table]?.includes(statement))),
    ]),
  )
}

/** Aliases are of the template: who makes a slice puts it behind them. */
export const SEARCH_INDICES = [ORDER_SLICES] as const

export function tablesOf(account: ServiceAccount): ReadonlyMap<TableKind, readonly SqlStatement[]> {
  const granted = TABLE_KINDS.map((table) => {
    const statements = SQL_STATEMENTS.filter((statement) =>
      rowsOf(account).some(({ mysql }) => mysql[table]?.includes(statement)),
    )
    return [table, statements] as const
  })
  return new Map(granted.filter(([, statements]) => statements.length > 0))
}

/** undefined: none. */
export function searchAccessOf(account: ServiceAccount): SearchAccess | undefined {
  const given = rowsOf(account).flatMap(({ elasticsearch }) => elasticsearch ?? [])
  if (given.length === 0) return undefined
  return {
    cluster: distinct(given.flatMap(({ cluster }) => cluster)),
    index: distinct(given.flatMap(({ index }) => index)),
  }
}

/** undefined: none. */
export function redisAccessOf(server: RedisServer, account: ServiceAccount): RedisAccess | undefined {
  const given = rowsOf(account).flatMap((row) => row[server] ?? [])
  if (given.length === 0) return undefined
  return {
    keys: distinct(given.flatMap(({ keys }) => keys)),
    commands: distinct(given.flatMap(({ commands }) => commands)),
  }
}

export function isFamily(table: TableKind): table is TableFamily {
  return (TABLE_FAMILIES as readonly string[]).includes(table)
}

export function isOfHome(table: TableKind): boolean {
  return (TABLES_OF_HOME as readonly string[]).includes(table)
}

function rowsOf(account: ServiceAccount): readonly ServiceAccess[] {
  return account === 'all' ? Object.values(ACCESS) : [ACCESS[account]]
}

function distinct(values: readonly string[]): readonly string[] {
  return [...new Set(values)]
}
