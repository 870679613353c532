import fc from 'fast-check'
import { expect, it } from 'vitest'
import { centsOfDecimal, decimalOfCents } from './legacy-amount.ts'

it('leads every amount there and back, to the cent', () => {
  expect(decimalOfCents(5)).toBe('0.05')
  expect(decimalOfCents(-1234)).toBe('-12.34')
  fc.assert(
    fc.property(fc.maxSafeInteger(), (cents) => {
      expect(centsOfDecimal(decimalOfCents(cents))).toBe(cents + 0)
    }),
  )
})

it('takes nothing for an amount that has other than two places', () => {
  for (const text of ['1', '1.5', '1.005', '', '1e2', ' 1.00']) expect(() => centsOfDecimal(text)).toThrow(RangeError)
})
