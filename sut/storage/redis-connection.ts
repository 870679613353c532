// A connection to Redis as every service opens it: it never holds up its process, and while Redis is away whoever asks is told at
// once.

import { type ChainableCommander, Redis, type RedisOptions } from 'ioredis'

export interface RedisConnectionOptions extends Pick<RedisOptions, 'enableAutoPipelining' | 'protocol'> {
  readonly commandTimeout: number
}

export function connectRedis(redisUrl: string, options: RedisConnectionOptions): Redis {
  const redis = new Redis(redisUrl, {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: 2_000,
    retryStrategy: (attempt) => Math.min(attempt * 100, 2_000),
    ...options,
  })
  // Without a listener an error event would end the process; the commands report the same failure.
  redis.on('error', () => {})
  void redis.connect().catch(() => {})
  return redis
}

/** All or nothing, in one round trip. Rejects where it is not known that all are done. */
export async function execAll(commands: ChainableCommander): Promise<readonly unknown[]> {
  const answers = await commands.exec()
  if (!answers) throw new Error('Redis did not do it')
  return answers.map(([error, answer]) => {
    if (error) throw error
    return answer
  })
}
