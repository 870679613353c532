import { describe, expect, it } from 'vitest'
import type { EngineEndpoint } from '../contracts/engines.ts'
import { ROLES, type Role } from './config.ts'
import { type EngineAddresses, serviceEnvironment } from './service-environment.ts'

const passwords = { order: 'o', catalogue: 'c', indexer: 'i', all: 'a' }
const endpoint = (url: string): EngineEndpoint => ({ url, origin: 'local', version: '1', passwords })
const ENGINES: EngineAddresses = {
  mysql: endpoint('mysql://headroom:x@127.0.0.1:3306/headroom'),
  elasticsearch: endpoint('http://elastic:x@127.0.0.1:9200'),
  redis: endpoint('redis://:x@127.0.0.1:6379/0'),
}
const MONOLITH = endpoint('mysql://headroom_monolith:m@127.0.0.1:3306/headroom_legacy')
const SECRETS = { internal: 'internal', appTokensFile: '/app', adminTokensFile: '/admin' }
const told = (role: Role, engines: EngineAddresses) => serviceEnvironment(role, engines, SECRETS)

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

  it('lets the one process be asked by the monolith, and only then', () => {
    expect(told('all', ENGINES).HEADROOM_INTERNAL_SECRET).toBeUndefined()
    expect(told('all', { ...ENGINES, legacyMysql: MONOLITH }).HEADROOM_INTERNAL_SECRET).toBe('internal')
  })
})
