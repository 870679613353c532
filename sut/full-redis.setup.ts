// A Redis that has reached its limit.

import { Redis } from 'ioredis'
import { expect } from 'vitest'

/** It refuses what would make it larger, until the work is done. */
export async function whileFull(url: string, work: () => Promise<void>): Promise<void> {
  const owner = new Redis(url)
  const [, limit = '0'] = (await owner.config('GET', 'maxmemory')) as string[]
  try {
    // Less than an empty one needs.
    await owner.config('SET', 'maxmemory', '1kb')
    await expect(owner.set('one-more', '1')).rejects.toThrow('OOM')
    await work()
  } finally {
    await owner.config('SET', 'maxmemory', limit)
    await owner.quit()
  }
}
