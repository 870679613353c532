import { describe, expect, it } from 'vitest'
import { REDIS_SERVERS, redisSettings } from './redis-settings.ts'
import { accountsOf, redisUsers } from './service-accounts.ts'

describe('the settings of Redis', () => {
  it.each(REDIS_SERVERS)('evict nothing on %s, and bound it', (server) => {
    expect(redisSettings(server, '128mb')).toEqual(
      expect.arrayContaining(['maxmemory 128mb', 'maxmemory-policy noeviction']),
    )
  })

  it('keep on disk what nobody else has, and nothing of the cache', () => {
    expect(redisSettings('streams', '1gb')).toEqual(expect.arrayContaining(['appendonly yes', 'appendfsync everysec']))
    expect(redisSettings('redis', '1gb')).toEqual(expect.arrayContaining(['appendonly no', 'save ""']))
  })
})

describe('the accounts of Redis', () => {
  it('are on the server that they use, and on no other', () => {
    expect(accountsOf('redis')).toEqual(['order', 'monolith', 'all'])
    expect(accountsOf('streams')).toEqual(['order', 'indexer', 'edge', 'monolith', 'all'])
    const passwords = { order: 'o', edge: 'e' }
    expect(redisUsers('redis', passwords)).toEqual([
      'user headroom_order on >o ~headroom:order:* resetchannels -@all +get +set +ping +info +select',
    ])
    expect(redisUsers('streams', passwords).map((line) => line.split(' ')[1])).toEqual([
      'headroom_order',
      'headroom_edge',
    ])
  })
})
