import { describe, expect, it } from 'vitest'
import { Refusal } from '../contracts/refusal.ts'
import { elasticsearch } from './elasticsearch.ts'
import { mysql } from './mysql.ts'
import { allowedWays, isProgramAllowed, serverAtAddress } from './start-server.ts'

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

  it('leaves nginx and k6 programs where the servers are containers', () => {
    expect(isProgramAllowed('fetched', { HEADROOM_ENGINES: 'docker' })).toBe(true)
    expect(isProgramAllowed('fetched', { HEADROOM_ENGINES: 'local' })).toBe(false)
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
