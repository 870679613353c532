import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type RequestContext, sealingContext, signedText } from './request-protection.ts'

const CONTEXT: RequestContext = {
  method: 'POST',
  target: '/v1/app/orders?limit=5',
  userId: 42,
  timestampMs: 1_764_000_000_000,
  nonce: 'a-nonce-of-characters',
  keyId: '0123456789abcdef',
}

it('is one line for each thing, in this order', () => {
  expect(signedText(CONTEXT, 'cafe').split('\n')).toEqual([
    'headroom request signature v1',
    'POST',
    '/v1/app/orders?limit=5',
    '42',
    '1764000000000',
    'a-nonce-of-characters',
    '0123456789abcdef',
    'cafe',
  ])
  expect(sealingContext(CONTEXT).split('\n')).toHaveLength(7)
})

it('differs for any two requests that differ, and for the two purposes', () => {
  const word = fc.stringMatching(/^[\x21-\x7e]{1,20}$/)
  const contexts = fc.record({
    method: fc.constantFrom('GET', 'POST'),
    target: word,
    userId: fc.nat(),
    timestampMs: fc.nat(),
    nonce: word,
    keyId: word,
  })
  fc.assert(
    fc.property(contexts, contexts, (one, other) => {
      const isSame = JSON.stringify(one) === JSON.stringify(other)
      expect(signedText(one, 'x') === signedText(other, 'x')).toBe(isSame)
      expect(sealingContext(one) === sealingContext(other)).toBe(isSame)
      expect(signedText(one, 'x').startsWith(sealingContext(one))).toBe(false)
    }),
  )
})
