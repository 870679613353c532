// The two Redis servers of the order system, the same however they are started: lines of redis.conf.

/**
 * `redis`: the cache. Its entries live for seconds and are made again from MySQL, so nothing is kept on disk.
 * `streams`: what nobody else has. Messages that wait for their readers, the nonces of signed requests and users' counts: they
 * outlive a restart, and no cache takes their room.
 */
export const REDIS_SERVERS = ['redis', 'streams'] as const
export type RedisServer = (typeof REDIS_SERVERS)[number]

const ON_DISK: Readonly<Record<RedisServer, readonly string[]>> = {
  redis: ['appendonly no'],
  // A kill or a power cut may take the last second or two with it.
  streams: ['appendonly yes', 'appendfsync everysec'],
}

/**
 * Neither evicts. Among the entries of the cache are marks that say "changed meanwhile", and one that went early would let an
 * older entry back in; a nonce that went early could be used again. A full one refuses instead, which the services know how to
 * take.
 */
export function redisSettings(server: RedisServer, maxMemory: string): readonly string[] {
  return [...ON_DISK[server], 'save ""', `maxmemory ${maxMemory}`, 'maxmemory-policy noeviction']
}
