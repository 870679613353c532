import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { Refusal } from '../contracts/refusal.ts'
import { type Role, readConfig } from './config.ts'

const SECRET = '0123456789abcdef0123456789abcdef'
const WHOLE = {
  HEADROOM_MYSQL_URL: 'mysql://headroom@127.0.0.1:3306/headroom',
  HEADROOM_ELASTICSEARCH_URL: 'http://127.0.0.1:9200',
  HEADROOM_REDIS_URL: 'redis://127.0.0.1:6379/0',
  HEADROOM_APP_JWT_SECRETS: SECRET,
  HEADROOM_ADMIN_JWT_SECRETS: SECRET.toUpperCase(),
}
const folder = mkdtempSync(join(tmpdir(), 'headroom-config-'))
afterAll(() => rmSync(folder, { recursive: true }))

function mistakesOf(role: Role, environment: Record<string, string>): readonly string[] {
  try {
    readConfig(role, environment)
  } catch (error) {
    if (error instanceof Refusal) return error.why
  }
  return []
}

describe('configuration', () => {
  it('has a default for all but addresses and secrets', () => {
    expect(readConfig('all', WHOLE)).toMatchObject({ host: '127.0.0.1', port: 0, logLevel: 'info' })
  })

  it('asks a front-end for keys and the Redis for streams only where it demands or counts by them', () => {
    const asked = (role: Role, given: Record<string, string>) =>
      mistakesOf(role, { ...WHOLE, ...given }).map((mistake) => mistake.split(' ')[0])
    expect(asked('all', { HEADROOM_APP_DEMANDS: 'offered' })).toEqual([
      'HEADROOM_APP_CLIENT_SECRETS',
      'HEADROOM_STREAMS_REDIS_URL',
    ])
    expect(asked('all', { HEADROOM_USER_RATE_SCOPE: 'all' })).toEqual(['HEADROOM_STREAMS_REDIS_URL'])
    const old = { HEADROOM_INTERNAL_SECRET: SECRET, HEADROOM_AGGREGATION_URL: 'http://127.0.0.1:1' }
    const adapter = { ...old, HEADROOM_MONOLITH_URL: 'http://127.0.0.1:1' }
    expect(asked('adapter', { ...adapter, HEADROOM_APP_DEMANDS: 'sealed' })).toEqual([])
    expect(asked('adapter', { ...adapter, HEADROOM_USER_RATE_SCOPE: 'all' })).toEqual(['HEADROOM_STREAMS_REDIS_URL'])
    const internal = {
      HEADROOM_INTERNAL_SECRET: SECRET,
      HEADROOM_AGGREGATION_URL: 'http://127.0.0.1:1',
      HEADROOM_APP_DEMANDS: 'sealed',
    }
    expect(asked('admin', internal)).toEqual([])
    expect(asked('app', internal)).toHaveLength(2)
    expect(asked('all', { HEADROOM_APP_DEMANDS: 'everything', HEADROOM_LOAD_CREDENTIAL: 'short' })).toEqual([
      'HEADROOM_APP_DEMANDS=everything',
      'HEADROOM_LOAD_CREDENTIAL',
    ])
  })

  it('lists every mistake at once', () => {
    const mistakes = mistakesOf('all', {
      HEADROOM_PORT: '80a',
      HEADROOM_LOG_LEVEL: 'loud',
      HEADROOM_MYSQL_URL: 'postgres://user:hunter2@host/db',
      HEADROOM_APP_JWT_SECRETS: `${SECRET}\nshort`,
    })
    expect(mistakes).toHaveLength(7)
    expect(mistakes.join()).not.toMatch(/hunter2|short,/)
  })

  it.each<[Role, readonly string[]]>([
    ['app', ['HEADROOM_APP_JWT_SECRETS', 'HEADROOM_INTERNAL_SECRET', 'HEADROOM_AGGREGATION_URL']],
    ['admin', ['HEADROOM_ADMIN_JWT_SECRETS', 'HEADROOM_INTERNAL_SECRET', 'HEADROOM_AGGREGATION_URL']],
    ['aggregation', ['HEADROOM_INTERNAL_SECRET', 'HEADROOM_ORDER_URL', 'HEADROOM_CATALOGUE_URL']],
    ['catalogue', ['HEADROOM_MYSQL_URL', 'HEADROOM_INTERNAL_SECRET']],
    ['indexer', ['HEADROOM_MYSQL_URL', 'HEADROOM_ELASTICSEARCH_URL']],
    [
      'monolith',
      [
        'HEADROOM_LEGACY_MYSQL_URL',
        'HEADROOM_REDIS_URL',
        'HEADROOM_STREAMS_REDIS_URL',
        'HEADROOM_APP_JWT_SECRETS',
        'HEADROOM_INTERNAL_SECRET',
        'HEADROOM_AGGREGATION_URL',
      ],
    ],
    [
      'adapter',
      ['HEADROOM_APP_JWT_SECRETS', 'HEADROOM_INTERNAL_SECRET', 'HEADROOM_AGGREGATION_URL', 'HEADROOM_MONOLITH_URL'],
    ],
  ])('asks the %s role for what it needs only', (role, needed) => {
    const mistakes = mistakesOf(role, {})
    expect(mistakes).toHaveLength(needed.length)
    for (const name of needed) expect(mistakes.some((mistake) => mistake.startsWith(name))).toBe(true)
  })

  it.each(['all', 'order', 'indexer'] as const)(
    'asks %s beside a monolith where others are told of changes, and only there',
    (role) => {
      const alone = { ...WHOLE, HEADROOM_INTERNAL_SECRET: SECRET }
      const beside = { ...alone, HEADROOM_LEGACY_MYSQL_URL: 'mysql://user:word@host/old' }
      const HEADROOM_STREAMS_REDIS_URL = 'redis://127.0.0.1:6380/0'
      expect(mistakesOf(role, alone)).toEqual([])
      expect(mistakesOf(role, beside)).toEqual([expect.stringContaining('HEADROOM_STREAMS_REDIS_URL')])
      expect(mistakesOf(role, { ...beside, HEADROOM_STREAMS_REDIS_URL })).toEqual([])
    },
  )

  it('asks the catalogue for no Redis, a monolith beside it or not', () => {
    const { HEADROOM_REDIS_URL: _, ...rest } = WHOLE
    const beside = { HEADROOM_LEGACY_MYSQL_URL: 'mysql://user:word@host/old', HEADROOM_INTERNAL_SECRET: SECRET }
    expect(mistakesOf('catalogue', { ...rest, ...beside })).toEqual([])
  })

  it('reads secrets from files and puts a password apart into its address', () => {
    const file = join(folder, 'password')
    writeFileSync(file, 'p@ss/word\n')
    const { mysql } = readConfig('all', { ...WHOLE, HEADROOM_MYSQL_PASSWORD_FILE: file })
    expect(decodeURIComponent(new URL(mysql.map[0].url).password)).toBe('p@ss/word')
  })

  it('refuses one secret for users and administrators', () => {
    const same = { ...WHOLE, HEADROOM_ADMIN_JWT_SECRETS: `${'x'.repeat(32)} ${SECRET}` }
    expect(mistakesOf('all', same).join()).toContain('users could sign as administrators')
  })

  it('knows where token secrets stand, so that they can be read again', () => {
    const file = join(folder, 'secrets')
    writeFileSync(file, `${SECRET}\n${SECRET}-next\n`)
    const { HEADROOM_APP_JWT_SECRETS: _, ...rest } = WHOLE
    const { appTokens } = readConfig('all', { ...rest, HEADROOM_APP_JWT_SECRETS_FILE: file })
    expect(appTokens).toEqual({ secrets: [SECRET, `${SECRET}-next`], file })
  })

  it('refuses options of an address that it would drop', () => {
    const given = {
      ...WHOLE,
      HEADROOM_MYSQL_URL: `${WHOLE.HEADROOM_MYSQL_URL}?ssl=true`,
      HEADROOM_MYSQL_SHARDS: '1=mysql://b/headroom?ssl-mode=PREFERRED',
      HEADROOM_REDIS_URL: `${WHOLE.HEADROOM_REDIS_URL}?tls=1`,
    }
    expect(mistakesOf('all', given).map((mistake) => mistake.split(':')[0])).toEqual([
      'HEADROOM_MYSQL_URL',
      'HEADROOM_MYSQL_SHARDS',
      'HEADROOM_REDIS_URL',
    ])
  })

  it('refuses a value given twice and a file it cannot read', () => {
    const environment = {
      ...WHOLE,
      HEADROOM_APP_JWT_SECRETS_FILE: '/nowhere',
      HEADROOM_REDIS_PASSWORD_FILE: '/nowhere',
    }
    expect(mistakesOf('all', environment)).toEqual([
      'HEADROOM_REDIS_PASSWORD_FILE: cannot read /nowhere (ENOENT)',
      'HEADROOM_APP_JWT_SECRETS and HEADROOM_APP_JWT_SECRETS_FILE are both set',
    ])
  })
})
