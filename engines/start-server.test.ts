import { describe, expect, it } from 'vitest'
import { Refusal } from '../contracts/refusal.ts'
import { allowedWays, anyOf } from './start-server.ts'

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
