// Redis as the order service uses it, the same however it is started: lines of redis.conf.

/**
 * Entries live for seconds and are made again from MySQL: nothing is kept on disk. Nothing is evicted either: among them are
 * marks that say "changed meanwhile", and one that went early would let an older entry back in. A full Redis refuses
 * instead, which the services know how to take. What may be evicted, or must outlive a restart, wants a Redis of its own.
 */
export function cacheSettings(maxMemory: string): readonly string[] {
  return ['appendonly no', 'save ""', `maxmemory ${maxMemory}`, 'maxmemory-policy noeviction']
}
