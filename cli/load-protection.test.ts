import { describe, expect, it } from 'vitest'
import { Refusal } from '../contracts/refusal.ts'
import { APP_DEMANDS, PROTECTIONS } from '../contracts/request-protection.ts'
import type { SutEndpoint } from '../contracts/sut-endpoint.ts'
import type { Target } from '../measurements/target.ts'
import { protectedTarget, protectionOf, refuseOtherDemands, refuseOtherSetting } from './load-protection.ts'

const TARGET: Target = { baseUrl: 'http://127.0.0.1:1', jwtSecret: 'x', processes: [] }
const endpoint = (appDemands?: SutEndpoint['appDemands']): SutEndpoint => ({
  baseUrl: TARGET.baseUrl,
  topology: 'one-process',
  jwtSecret: 'x',
  adminJwtSecret: 'y',
  processes: [],
  ...(appDemands && { appDemands, clientSecret: 'c' }),
})

describe('what the requests of a load are', () => {
  it('is plain unless it is said, and what is encrypted is signed', () => {
    expect(protectionOf('checkout', false, {})).toBe('plain')
    expect(protectionOf('mix', false, { signed: true })).toBe('signed')
    expect(protectionOf('list', false, { encrypted: true })).toBe('sealed')
    expect(protectionOf('list', false, { signed: true, encrypted: true })).toBe('sealed')
  })

  it.each([
    ['legacy', false],
    ['search', false],
    ['my-flow', true],
  ])('is said of the app’s flows alone, not of %s', (flow, isScript) => {
    expect(protectionOf(flow, isScript, {})).toBe('plain')
    expect(() => protectionOf(flow, isScript, { signed: true })).toThrow(Refusal)
  })
})

describe('an order system that runs', () => {
  it.each([
    [undefined, 'plain'],
    ['offered', 'plain signed sealed'],
    ['signed', 'signed sealed'],
    ['sealed', 'sealed'],
  ] as const)('that demands %s takes %s', (demands, taken) => {
    const isTaken = (protection: (typeof PROTECTIONS)[number]) => {
      try {
        refuseOtherDemands(protection, endpoint(demands))
        return true
      } catch {
        return false
      }
    }
    expect(PROTECTIONS.filter(isTaken).join(' ')).toBe(taken)
    expect(APP_DEMANDS).toContain(demands ?? 'off')
  })
})

it('is not taken for one that was started as the environment says now', () => {
  const asked = (HEADROOM_APP_DEMANDS?: string) => () =>
    refuseOtherSetting(HEADROOM_APP_DEMANDS === undefined ? {} : { HEADROOM_APP_DEMANDS }, endpoint('signed'))
  expect(asked()).not.toThrow()
  expect(asked('signed')).not.toThrow()
  expect(asked('sealed')).toThrow(/demands something else/)
  expect(() => refuseOtherSetting({ HEADROOM_APP_DEMANDS: 'off' }, endpoint())).not.toThrow()
})

describe('the target of signed requests', () => {
  it('brings its secret, or the environment does', () => {
    const env = { HEADROOM_CLIENT_SECRET: 'given' }
    expect(protectedTarget({ ...TARGET, clientSecret: 'own' }, 'signed', env).clientSecret).toBe('own')
    expect(protectedTarget(TARGET, 'signed', env).clientSecret).toBe('given')
    expect(() => protectedTarget(TARGET, 'sealed', {})).toThrow(/cannot be signed/)
    expect(protectedTarget(TARGET, 'plain', {})).toEqual(TARGET)
  })

  it('is shown the load credential only where there is one', () => {
    expect(protectedTarget(TARGET, 'plain', { HEADROOM_LOAD_CREDENTIAL: 'lift' }).loadCredential).toBe('lift')
    expect(protectedTarget(TARGET, 'plain', {})).not.toHaveProperty('loadCredential')
  })
})
