import { describe, expect, it } from 'vitest'
import type { EngineEndpoint } from '../contracts/engines.ts'
import type { ServicePasswords } from '../contracts/service-accounts.ts'
import { ROLES, type Role } from './config.ts'
import { type EdgeDemands, type EngineAddresses, edgeDemands, serviceEnvironment } from './service-environment.ts'

const passwords = { order: 'o', catalogue: 'c', indexer: 'i', edge: 'e', all: 'a' }
const ofRedis = { order: 'o', indexer: 'i', edge: 'e', monolith: 'm', all: 'a' }
const endpoint = (url: string, accounts: ServicePasswords = passwords): EngineEndpoint => ({
  url,
  origin: 'local',
  version: '1',
  passwords: accounts,
})
const ENGINES: EngineAddresses = {
  mysql: endpoint('mysql://headroom:x@127.0.0.1:3306/headroom'),
  elasticsearch: endpoint('http://elastic:x@127.0.0.1:9200'),
  redis: endpoint('redis://:x@127.0.0.1:6379/0', ofRedis),
  streams: endpoint('redis://:x@127.0.0.1:6380/0', ofRedis),
}
const MONOLITH = endpoint('mysql://headroom_monolith:m@127.0.0.1:3306/headroom_legacy')
const FILES = { appTokensFile: '/app', adminTokensFile: '/admin', appClientsFile: '/clients' }
const NOTHING = edgeDemands({})
const told = (role: Role, engines: EngineAddresses, demands: EdgeDemands = NOTHING) =>
  serviceEnvironment(role, engines, { internal: 'internal', ...FILES, demands })

describe('what a process is told', () => {
  it.each(ROLES)('names no monolith to %s where there is none', (role) => {
    expect(Object.keys(told(role, ENGINES)).filter((name) => name.includes('LEGACY'))).toEqual([])
  })

  it.each([
    ['order', 'mysql://headroom_order:o@127.0.0.1:3306/headroom_legacy'],
    ['catalogue', 'mysql://headroom_catalogue:c@127.0.0.1:3306/headroom_legacy'],
    ['indexer', 'mysql://headroom_indexer:i@127.0.0.1:3306/headroom_legacy'],
    ['all', 'mysql://headroom_all:a@127.0.0.1:3306/headroom_legacy'],
    ['monolith', MONOLITH.url],
    ['app', undefined],
    ['aggregation', undefined],
    ['adapter', undefined],
  ] as const)('lets %s into the monolith’s database under its own account, or not at all', (role, url) => {
    expect(told(role, { ...ENGINES, legacyMysql: MONOLITH }).HEADROOM_LEGACY_MYSQL_URL).toBe(url)
  })

  it.each(ROLES)('names neither client keys nor the Redis for streams to %s where nothing is demanded', (role) => {
    const named = Object.keys(told(role, ENGINES)).filter((name) => /CLIENT|STREAMS|DEMANDS/.test(name))
    // The monolith tells others of its orders, whatever is demanded.
    expect(named).toEqual(role === 'monolith' ? ['HEADROOM_STREAMS_REDIS_URL'] : [])
  })

  it('refuses a word that nobody knows: it must not be taken for nothing', () => {
    expect(() => edgeDemands({ HEADROOM_APP_DEMANDS: 'signd' })).toThrow(/HEADROOM_APP_DEMANDS=signd is none of off, /)
    expect(() => edgeDemands({ HEADROOM_USER_RATE_SCOPE: 'everyone' })).toThrow(/is none of process, all/)
    expect(edgeDemands({ HEADROOM_APP_DEMANDS: 'signed' }, 'off').appDemands).toBe('off')
  })

  it('tells who keeps orders in the cache where it is, and nobody else', () => {
    const cacheOf = (role: Role) => told(role, { ...ENGINES, legacyMysql: MONOLITH }).HEADROOM_REDIS_URL
    expect(ROLES.filter((role) => cacheOf(role) !== undefined)).toEqual(['all', 'order', 'monolith'])
    expect(cacheOf('order')).toBe('redis://headroom_order:o@127.0.0.1:6379/0')
    expect(cacheOf('monolith')).toBe('redis://headroom_monolith:m@127.0.0.1:6379/0')
  })

  it('tells of the Redis for streams, beside a monolith, who tells others or is told, each under its account', () => {
    const streamsOf = (role: Role) => told(role, { ...ENGINES, legacyMysql: MONOLITH }).HEADROOM_STREAMS_REDIS_URL
    expect(ROLES.filter((role) => streamsOf(role) !== undefined)).toEqual(['all', 'order', 'indexer', 'monolith'])
    expect(streamsOf('indexer')).toBe('redis://headroom_indexer:i@127.0.0.1:6380/0')
    expect(streamsOf('monolith')).toBe('redis://headroom_monolith:m@127.0.0.1:6380/0')
  })

  it('lets front-ends that demand signatures into the Redis for streams under an account of theirs', () => {
    const signed = edgeDemands({ HEADROOM_APP_DEMANDS: 'signed' })
    const streamsOf = (role: Role) => told(role, ENGINES, signed).HEADROOM_STREAMS_REDIS_URL
    expect(streamsOf('app')).toBe('redis://headroom_edge:e@127.0.0.1:6380/0')
    expect(streamsOf('all')).toBe('redis://headroom_all:a@127.0.0.1:6380/0')
    for (const role of ['admin', 'aggregation', 'order'] as const) expect(streamsOf(role)).toBeUndefined()
    expect(told('app', ENGINES, signed)).toMatchObject({
      HEADROOM_APP_CLIENT_SECRETS_FILE: '/clients',
      HEADROOM_APP_DEMANDS: 'signed',
    })
    const counted = edgeDemands({ HEADROOM_USER_RATE_SCOPE: 'all' })
    for (const role of ['admin', 'adapter'] as const) {
      expect(streamsOf(role)).toBeUndefined()
      expect(told(role, ENGINES, counted).HEADROOM_STREAMS_REDIS_URL).toBe('redis://headroom_edge:e@127.0.0.1:6380/0')
    }
    expect(told('app', ENGINES, counted).HEADROOM_APP_DEMANDS).toBeUndefined()
  })

  it('lets the one process be asked by the monolith, and only then', () => {
    expect(told('all', ENGINES).HEADROOM_INTERNAL_SECRET).toBeUndefined()
    expect(told('all', { ...ENGINES, legacyMysql: MONOLITH }).HEADROOM_INTERNAL_SECRET).toBe('internal')
  })
})
