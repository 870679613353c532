// The services' accounts in the engines of the containers lane, as whoever runs a server makes them.

import { Redis } from 'ioredis'
import { createConnection } from 'mysql2/promise'
import type { Engines } from '../contracts/engines.ts'
import { REDIS_SERVERS, type RedisServer } from '../contracts/redis-settings.ts'
import { redisAccessOf, type ServiceAccount } from '../contracts/service-access.ts'
import {
  accountName,
  accountsOf,
  createMysqlAccounts,
  redisRules,
  type ServicePasswords,
  type Store,
} from '../contracts/service-accounts.ts'

export async function withServiceAccounts<E extends Engines>(engines: E): Promise<E> {
  const passwords = {
    mysql: passwordsFor('mysql'),
    search: passwordsFor('elasticsearch'),
    redis: passwordsFor('redis'),
    streams: passwordsFor('streams'),
  }
  const mysql = await createConnection(engines.mysql.url)
  for (const statement of createMysqlAccounts(passwords.mysql)) await mysql.query(statement)
  await mysql.end()
  for (const server of REDIS_SERVERS) await makeRedisAccounts(server, engines[server].url, passwords[server])
  return {
    ...engines,
    mysql: { ...engines.mysql, passwords: passwords.mysql },
    legacyMysql: { ...engines.legacyMysql, passwords: passwords.mysql },
    elasticsearch: { ...engines.elasticsearch, passwords: passwords.search },
    redis: { ...engines.redis, passwords: passwords.redis },
    streams: { ...engines.streams, passwords: passwords.streams },
  }
}

async function makeRedisAccounts(server: RedisServer, url: string, passwords: ServicePasswords): Promise<void> {
  const redis = new Redis(url)
  for (const [account, password] of Object.entries(passwords) as [ServiceAccount, string][]) {
    const access = redisAccessOf(server, account)
    if (access) await redis.call('ACL', 'SETUSER', accountName(account), ...redisRules(access, password))
  }
  await redis.quit()
}

export function passwordsFor(store: Store): ServicePasswords {
  return Object.fromEntries(accountsOf(store).map((account) => [account, `only-for-this-test-run-${account}`]))
}
