// One question to a Redis that may be away: no second try, and an answer or its cause within seconds.

import { Redis } from 'ioredis'

const LIMIT_MS = 3_000

export async function askRedis<Answer>(url: string, ask: (client: Redis) => Promise<Answer>): Promise<Answer> {
  const client = new Redis(url, {
    lazyConnect: true,
    connectTimeout: LIMIT_MS,
    commandTimeout: LIMIT_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  })
  let cause: Error | undefined
  client.on('error', (error: Error) => (cause ??= error)) // the promises below only say that the connection is closed
  try {
    await client.connect()
    return await ask(client)
  } catch (error) {
    throw cause ?? error
  } finally {
    client.disconnect()
  }
}
