import { describe, expect, it } from 'vitest'
import { Refusal } from '../contracts/refusal.ts'
import { refuseMalformedAddresses } from './given-addresses.ts'

describe('addresses in the environment', () => {
  it.each([
    {},
    { HEADROOM_MYSQL_URL: '', HEADROOM_ELASTICSEARCH_URL: '' },
    { HEADROOM_MYSQL_URL: 'mysql://u:p@h/headroom', HEADROOM_MYSQL_SHARDS: '32-63=mysql://h:3307/headroom' },
    { HEADROOM_MYSQL_SHARDS: '32-63=mysql://h:3307/headroom' },
    { HEADROOM_ELASTICSEARCH_URL: 'https://u:p@h:9200', HEADROOM_REDIS_URL: 'rediss://:p@h:6379/0' },
  ])('may be %j: nobody is asked', (env) => {
    expect(() => refuseMalformedAddresses(env)).not.toThrow()
  })

  it.each([
    ['HEADROOM_ELASTICSEARCH_URL', 'localhost:9200', 'localhost:// is not http://'],
    ['HEADROOM_ELASTICSEARCH_URL', 'not an address', 'what it holds is no address'],
    ['HEADROOM_ELASTICSEARCH_URL', 'httpfoo://h:9200', 'httpfoo:// is not http://'],
    ['HEADROOM_MYSQL_URL', 'postgres://h/headroom', 'postgres:// is not mysql://'],
    ['HEADROOM_MYSQL_URL', 'mysqlx://h/headroom', 'mysqlx:// is not mysql://'],
    ['HEADROOM_LEGACY_MYSQL_URL', 'http://h', 'http:// is not mysql://'],
    ['HEADROOM_REDIS_URL', 'http://h', 'http:// is not redis://'],
    ['HEADROOM_REDIS_URL', 'redisss://h', 'redisss:// is not redis://'],
    ['HEADROOM_STREAMS_REDIS_URL', 'http://h', 'http:// is not redis://'],
    ['HEADROOM_MYSQL_SHARDS', '32-99=mysql://h/headroom', 'entry 1 is not like'],
  ])('%s=%s is refused by its name', (variable, url, why) => {
    const refusal = (() => {
      try {
        refuseMalformedAddresses({ [variable]: url })
      } catch (error) {
        return error
      }
      return undefined
    })()
    expect(refusal).toBeInstanceOf(Refusal)
    expect((refusal as Refusal).what).toContain(variable)
    expect((refusal as Refusal).why.join()).toContain(why)
  })
})
