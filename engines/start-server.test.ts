import { describe, expect, it } from 'vitest'
import { Refusal } from '../contracts/refusal.ts'
import { redis } from './redis.ts'
import { allowedWays, anyOf, fetchObstacle, notToBeHad } from './start-server.ts'

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
