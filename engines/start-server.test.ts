import { describe, expect, it } from 'vitest'
import { Refusal } from '../contracts/refusal.ts'
import { allowedWays, isProgramAllowed } from './start-server.ts'

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
