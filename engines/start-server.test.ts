import { describe, expect, it } from 'vitest'
import { Refusal } from '../contracts/refusal.ts'
import { elasticsearch } from './elasticsearch.ts'
import { mysql } from './mysql.ts'
import { redis } from './redis.ts'
import { allowedWays, anyOf, fetchObstacle, notToBeHad, probeLaunched, serverAtAddress } from './start-server.ts'

describe('HEADROOM_ENGINES', () => {
  it.each([
    [undefined, ['docker', 'local', 'fetched']],
    ['', ['docker', 'local', 'fetched']],
    ['programs', ['local', 'fetched']],
    ['docker', ['docker']],
  ])('%j: %j', (value, ways) => expect(allowedWays({ HEADROOM_ENGINES: value })).toEqual(ways))

  it('refuses a way it does not know, with those it knows', () => {
    expect(() => allowedWays({ HEADROOM_ENGINES: 'podman' })).toThrow(Refusal)
    expect(() => allowedWays({ HEADROOM_ENGINES: 'podman' })).toThrow(/docker, programs, local, fetched/)
  })
})

it('tells several ways out in one sentence', () => {
  expect(anyOf(['Install Go 1.25.', '', 'start a Docker daemon', 'HEADROOM_X=1 helps'])).toBe(
    'Install Go 1.25; or start a Docker daemon; or HEADROOM_X=1 helps.',
  )
})

describe('a server that cannot be had', () => {
  const obstacle = new Refusal({ what: 'x', why: ['there is no apt-get'], wayOut: 'install Redis' })

  it.each([
    ['no-daemon', 'no Docker daemon answers on this machine', 'Start a Docker daemon (it would run redis:7)'],
    ['not-here', 'Docker has no image redis:7 and could not pull it', 'Have it pulled (docker pull redis:7)'],
  ] as const)('with Docker %s', (state, why, wayOut) => {
    const refusal = notToBeHad(redis, obstacle, state)
    expect(refusal.why).toEqual([why, 'there is no apt-get'])
    expect(refusal.wayOut).toBe(`${wayOut}; or install Redis; or give an address in HEADROOM_REDIS_URL.`)
  })

  it('says nothing of Docker where it may not be used', () => {
    expect(notToBeHad(redis, obstacle, undefined).wayOut).not.toContain('ocker')
  })

  it('is to be fetched only where that was asked for', async () => {
    const where = { place: { cache: '/nonexistent' }, env: { HEADROOM_ENGINES: 'local' } } as never
    expect((await fetchObstacle(redis, where))?.why).toEqual(['no program of a version that will do is in PATH'])
  })
})

describe('a server that lets nobody in', () => {
  const denied = Object.assign(new Error('Access denied'), { code: 'ER_ACCESS_DENIED_ERROR' })
  const engine = { title: 'MySQL', probe: () => Promise.reject(denied) }

  it('holds the data of an earlier checkout where that lies in a volume, and is not waited for', async () => {
    const refusal = await probeLaunched(engine, { url: 'mysql://x', dataVolume: 'headroom-x-mysql' }).catch(
      (error: unknown) => error,
    )
    expect(refusal).toBeInstanceOf(Refusal)
    expect((refusal as Refusal).why.join()).toContain('headroom-x-mysql')
    expect((refusal as Refusal).wayOut).toContain('npm run clean')
  })

  it('is waited for elsewhere', async () => {
    await expect(probeLaunched(engine, { url: 'mysql://x' })).rejects.toBe(denied)
  })
})

describe('an address that was given', () => {
  // Port 1 of this machine: nothing listens there.
  it.each([
    [mysql, 'not-a-url', /holds is no address/],
    [mysql, 'http://localhost:3306', /http:\/\/ is not mysql:\/\//],
    [mysql, 'mysql://user:secret@localhost:1/headroom', /ECONNREFUSED/],
    [elasticsearch, 'localhost:9200', /localhost:\/\/ is not http:\/\//],
    [elasticsearch, 'http://user:secret@127.0.0.1:1', /ECONNREFUSED/],
  ])('$title at %s is refused by its variable, as the user’s own server', async (engine, url, why) => {
    const refusal = await serverAtAddress(engine, engine.addressVariable, url).catch(
      (error: unknown) => error as Refusal,
    )
    expect(refusal).toBeInstanceOf(Refusal)
    const { what, why: reasons, wayOut } = refusal as Refusal
    expect(what).toContain(engine.addressVariable)
    expect(reasons.join()).toMatch(why)
    expect(wayOut).toMatch(/^That server is yours to run/)
    expect([what, ...reasons, wayOut].join()).not.toContain('secret')
  })
})
