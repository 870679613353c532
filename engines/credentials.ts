// Passwords made once per state folder: the data outlives the engines, and MySQL and Elasticsearch keep theirs in it.

import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { readJson, writePrivate } from './engine-record.ts'
import type { Place } from './place.ts'

export interface Credentials {
  /** Of the server's own root account, which only local maintenance uses. */
  readonly mysqlRootPassword: string
  readonly mysqlPassword: string
  readonly elasticsearchPassword: string
  readonly redisPassword: string
}

export const MYSQL_USER = 'headroom'
export const ELASTICSEARCH_USER = 'elastic'

export function openCredentials({ state }: Place): Credentials {
  const path = join(state, 'credentials.json')
  const known = readJson<Credentials>(path)
  if (known) return known
  const made: Credentials = {
    mysqlRootPassword: makePassword(),
    mysqlPassword: makePassword(),
    elasticsearchPassword: makePassword(),
    redisPassword: makePassword(),
  }
  writePrivate(path, made)
  return made
}

/** Letters and digits: safe in a URL, an SQL literal and a configuration file alike. */
function makePassword(): string {
  return randomBytes(18).toString('hex')
}
