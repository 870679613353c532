import { createHmac, generateKeyPairSync, sign } from 'node:crypto'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { TOKEN } from '../../contracts/gateway-api.ts'
import { tokenVerifier } from './token.ts'
import { keyId, TokenKeys } from './token-keys.ts'

const SECRET = 'a-secret-of-at-least-32-characters'
const NOW_SECONDS = Math.floor(Date.now() / 1000)
const CLAIMS = { iss: TOKEN.issuer, aud: 'app', sub: '42', exp: NOW_SECONDS + 60 }
const PLAIN = { userId: 42, roles: [], boundTo: null }

const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

function bearer(claims: object, header: object = { alg: 'HS256', typ: 'JWT' }, secret = SECRET): string {
  const unsigned = `${base64url(header)}.${base64url(claims)}`
  return `Bearer ${unsigned}.${createHmac('sha256', secret).update(unsigned).digest('base64url')}`
}

function signedByRsa(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const unsigned = `${base64url({ alg: 'RS256', typ: 'JWT' })}.${base64url(CLAIMS)}`
  return `Bearer ${unsigned}.${sign('RSA-SHA256', Buffer.from(unsigned), privateKey).toString('base64url')}`
}

afterEach(() => vi.useRealTimers())

describe('token', () => {
  const verify = tokenVerifier(new TokenKeys([SECRET]), 'app')

  it('accepts its own', () => {
    expect(verify(bearer(CLAIMS))).toEqual(PLAIN)
  })

  it.each<[string, string | undefined]>([
    ['no header', undefined],
    ['no scheme', bearer(CLAIMS).slice('Bearer '.length)],
    ['an empty token', 'Bearer '],
    ['algorithm none', `Bearer ${base64url({ alg: 'none' })}.${base64url(CLAIMS)}.`],
    ['algorithm none with a signature', bearer(CLAIMS, { alg: 'none' })],
    ['another algorithm of the same key', bearer(CLAIMS, { alg: 'HS512' })],
    ['a key of its own', signedByRsa()],
    ['another secret', bearer(CLAIMS, undefined, 'another-secret-of-32-characters!!')],
    ['a key nobody knows', bearer(CLAIMS, { alg: 'HS256', kid: 'cafe' })],
    ['the name of another key', bearer(CLAIMS, { alg: 'HS256', kid: keyId('another-secret-of-32-characters!!') })],
    ['a key that is no name', bearer(CLAIMS, { alg: 'HS256', kid: ['../../etc/passwd'] })],
    ['a header that is no JSON', `Bearer ${Buffer.from('kid').toString('base64url')}.e30.AA`],
    ['a header of null', bearer(CLAIMS, null as never)],
    ['changed claims', bearer(CLAIMS).replace(/\.[^.]+\./, `.${base64url({ ...CLAIMS, sub: '43' })}.`)],
    ['an expired token', bearer({ ...CLAIMS, exp: NOW_SECONDS - 60 })],
    ['a token not valid yet', bearer({ ...CLAIMS, nbf: NOW_SECONDS + 60 })],
    ['another issuer', bearer({ ...CLAIMS, iss: 'somebody' })],
    ['no expiry', bearer({ ...CLAIMS, exp: undefined })],
    ['no audience', bearer({ ...CLAIMS, aud: undefined })],
    ['no subject', bearer({ ...CLAIMS, sub: undefined })],
    ['a subject that is no user id', bearer({ ...CLAIMS, sub: '42; DROP TABLE orders_00' })],
    ['a subject beyond safe integers', bearer({ ...CLAIMS, sub: '9007199254740993' })],
    ['a subject with a sign', bearer({ ...CLAIMS, sub: '-1' })],
    ['a binding to no key', bearer({ ...CLAIMS, cnf: {} })],
    ['a binding that is none', bearer({ ...CLAIMS, cnf: null })],
  ])('refuses %s', (_what, authorization) => {
    expect(() => verify(authorization)).toThrow(expect.objectContaining({ code: 'unauthenticated' }))
  })

  it('asks each time whether it is still valid, and is not taken for another', () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const seen = bearer(CLAIMS)
    expect(verify(seen)).toEqual(PLAIN)
    const forged = seen.replace(/\.[^.]+\./, `.${base64url({ ...CLAIMS, sub: '43' })}.`)
    expect(() => verify(forged)).toThrow('a valid bearer token is required')
    vi.setSystemTime((CLAIMS.exp + 6) * 1000)
    expect(() => verify(seen)).toThrow('the token has expired')
  })

  it('does not go on refusing what has become valid', () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const early = bearer({ ...CLAIMS, nbf: Math.floor(Date.now() / 1000) + 7 })
    expect(() => verify(early)).toThrow('a valid bearer token is required')
    vi.setSystemTime(Date.now() + 3_000)
    expect(verify(early)).toEqual(PLAIN)
  })

  it.each([['admin'], [['app', 'admin']], ['somebody']])('forbids a genuine token for %j', (aud) => {
    expect(() => verify(bearer({ ...CLAIMS, aud }))).toThrow(expect.objectContaining({ code: 'forbidden' }))
  })
})

describe('what else a token says', () => {
  const verify = tokenVerifier(new TokenKeys([SECRET]), 'app')

  it.each<[unknown, readonly string[]]>([
    [undefined, []],
    [['operator'], ['operator']],
    [
      ['operator', 'support', 'root'],
      ['support', 'operator'],
    ],
    ['operator', []],
    [{ 0: 'operator' }, []],
  ])('gives for the roles %j those of a list that are known', (roles, given) => {
    expect(verify(bearer({ ...CLAIMS, roles })).roles).toEqual(given)
  })

  it('names the key that it is bound to', () => {
    expect(verify(bearer({ ...CLAIMS, cnf: { kid: 'cafe' } })).boundTo).toBe('cafe')
  })
})

describe('token keys', () => {
  const NEXT = 'the-next-secret-of-32-characters!'
  const signedWith = (secret: string, named: boolean) =>
    bearer(CLAIMS, { alg: 'HS256', typ: 'JWT', ...(named && { kid: keyId(secret) }) }, secret)

  it.each([true, false])(
    'are all accepted while one replaces another, and the retired one no longer (named: %s)',
    (named) => {
      const keys = new TokenKeys([SECRET])
      const verify = tokenVerifier(keys, 'app')
      expect(() => verify(signedWith(NEXT, named))).toThrow(expect.objectContaining({ code: 'unauthenticated' }))
      keys.replace([SECRET, NEXT])
      for (const secret of [SECRET, NEXT]) expect(verify(signedWith(secret, named))).toEqual(PLAIN)
      keys.replace([NEXT])
      expect(verify(signedWith(NEXT, named))).toEqual(PLAIN)
      expect(() => verify(signedWith(SECRET, named))).toThrow(expect.objectContaining({ code: 'unauthenticated' }))
    },
  )

  it('say that a token has expired, whichever of them signed it', () => {
    const verify = tokenVerifier(new TokenKeys([NEXT, SECRET]), 'app')
    expect(() => verify(bearer({ ...CLAIMS, exp: NOW_SECONDS - 60 }))).toThrow('the token has expired')
  })
})
