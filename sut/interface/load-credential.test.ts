import { expect, it } from 'vitest'
import { LOAD_CREDENTIAL_HEADER } from '../../contracts/gateway-api.ts'
import { loadCredential } from './load-credential.ts'

const SECRET = 'a-credential-of-at-least-32-characters'

it('excepts who shows it, and nobody else', () => {
  const excepts = loadCredential(SECRET)
  expect(excepts({ [LOAD_CREDENTIAL_HEADER]: SECRET })).toBe(true)
  for (const shown of ['', `${SECRET} `, SECRET.slice(1)]) {
    expect(excepts({ [LOAD_CREDENTIAL_HEADER]: shown })).toBe(false)
  }
  expect(excepts({})).toBe(false)
})

it('excepts nobody where there is none', () => {
  expect(loadCredential('')({ [LOAD_CREDENTIAL_HEADER]: '' })).toBe(false)
})
