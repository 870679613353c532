import { createHmac } from 'node:crypto'
import { expect, it } from 'vitest'
import { KEY_PURPOSES } from '../../contracts/request-protection.ts'
import { ClientKeys, clientKey } from './client-keys.ts'

const SECRET = 'a-secret-of-at-least-32-characters'
const NEXT = 'the-next-secret-of-32-characters!'

it('are derived as k6 derives them: HKDF of one block, in two HMACs', () => {
  const { signing, sealing } = clientKey(SECRET)
  const extracted = createHmac('sha256', '').update(SECRET).digest()
  const expanded = (purpose: string) => createHmac('sha256', extracted).update(`${purpose}\x01`).digest()
  expect(signing).toEqual(expanded(KEY_PURPOSES.signing))
  expect(sealing).toEqual(expanded(KEY_PURPOSES.sealing))
  expect(signing).not.toEqual(sealing)
})

it('are all known while one replaces another, and the retired one no longer', () => {
  const keys = new ClientKeys([SECRET])
  const [old, next] = [clientKey(SECRET).id, clientKey(NEXT).id]
  keys.replace([SECRET, NEXT])
  expect(keys.ids).toEqual([old, next])
  keys.replace([NEXT])
  expect(keys.named(old)).toBeUndefined()
  expect(keys.named(next)?.id).toBe(next)
})
