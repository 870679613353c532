// Passwords made once per state folder: the data outlives the engines, and MySQL and Elasticsearch keep theirs in it.

import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { accountsOf, type ServicePasswords, STORES, type Store } from '../contracts/service-accounts.ts'
import { readJson, writePrivate } from './engine-record.ts'
import type { Place } from './place.ts'

export interface Credentials {
  /** Of the server's own root account, which only local maintenance uses. */
  readonly mysqlRootPassword: string
  readonly mysqlPassword: string
  /** Of the monolith's account, which owns the monolith's schema. */
  readonly monolithMysqlPassword: string
  readonly elasticsearchPassword: string
  readonly redisPassword: string
  readonly streamsPassword: string
  /** Of the services' own accounts in each store; the passwords above are the owner's. */
  readonly services: Readonly<Record<Store, ServicePasswords>>
}

export const MYSQL_USER = 'headroom'
export const MONOLITH_USER = 'headroom_monolith'
export const ELASTICSEARCH_USER = 'elastic'

export function openCredentials({ state }: Place): Credentials {
  const path = join(state, 'credentials.json')
  const known = readJson<Partial<Credentials>>(path)
  const credentials: Credentials = {
    mysqlRootPassword: makePassword(),
    mysqlPassword: makePassword(),
    monolithMysqlPassword: makePassword(),
    elasticsearchPassword: makePassword(),
    redisPassword: makePassword(),
    streamsPassword: makePassword(),
    ...known,
    // Of a checkout that is older than some accounts: the others' stay as they are.
    services: Object.fromEntries(
      STORES.map((store) => [store, { ...passwordsFor(store), ...known?.services?.[store] }]),
    ) as Record<Store, ServicePasswords>,
  }
  if (JSON.stringify(known) !== JSON.stringify(credentials)) writePrivate(path, credentials)
  return credentials
}

function passwordsFor(store: Store): ServicePasswords {
  return Object.fromEntries(accountsOf(store).map((account) => [account, makePassword()]))
}

/** Letters and digits: safe in a URL, an SQL literal and a configuration file alike. */
function makePassword(): string {
  return randomBytes(18).toString('hex')
}
