// The order system in one process for a benchmark, on databases that the benchmark has.

import { randomBytes } from 'node:crypto'
import type { Engines } from '../../contracts/engines.ts'
import { startServiceProcess } from '../service-process.ts'
import { AskedProcess } from './asked-process.ts'
import { CONCURRENCY } from './workload.ts'

export interface BenchOptions {
  readonly repeats: number
  readonly logFolder: string
  readonly signal: AbortSignal
  readonly say: (line: string) => void
}

export interface BenchedSut {
  readonly asked: AskedProcess
  readonly jwtSecret: string
  stop(): Promise<void>
}

/** `databases`: HEADROOM_MYSQL_URL, and what else names a database; their schema is there. */
export async function startBenchedSut(
  { elasticsearch, redis, streams }: Pick<Engines, 'elasticsearch' | 'redis' | 'streams'>,
  databases: Readonly<Record<string, string>>,
  { logFolder, signal }: Pick<BenchOptions, 'logFolder' | 'signal'>,
): Promise<BenchedSut> {
  const jwtSecret = randomBytes(32).toString('hex')
  const environment = {
    PATH: process.env.PATH ?? '',
    ...databases,
    HEADROOM_ELASTICSEARCH_URL: elasticsearch.url,
    HEADROOM_REDIS_URL: redis.url,
    HEADROOM_STREAMS_REDIS_URL: streams.url,
    HEADROOM_APP_JWT_SECRETS: jwtSecret,
    HEADROOM_ADMIN_JWT_SECRETS: randomBytes(32).toString('hex'),
    HEADROOM_MYSQL_POOL_SIZE: String(CONCURRENCY),
    HEADROOM_LOG_LEVEL: 'warn',
  }
  const service = await startServiceProcess({ role: 'all', environment, logFolder, signal })
  const asked = new AskedProcess(service.port)
  return {
    asked,
    jwtSecret,
    stop: async () => {
      await asked.close()
      await service.stop()
    },
  }
}
