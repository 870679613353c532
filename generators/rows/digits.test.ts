import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { writeNumber, writeSeven } from './digits.ts'
import { viewOf } from './fixed-text.ts'

const memory = Buffer.alloc(32)
const target = viewOf(memory)

it('writes what String writes', () => {
  const numbers = fc.oneof(fc.maxSafeNat(), fc.nat({ max: 100_000_000 }), fc.nat({ max: 10_000 }))
  fc.assert(
    fc.property(numbers, (value) => {
      expect(memory.toString('latin1', 0, writeNumber(target, 0, value))).toBe(String(value))
    }),
  )
})

it.each([0, 9, 10, 99, 100, 9_999, 10_000, 99_999_999, 100_000_000, 2 ** 31, 2 ** 53 - 1])('writes %d', (value) => {
  expect(memory.toString('latin1', 3, writeNumber(target, 3, value))).toBe(String(value))
})

it('writes seven digits, zeros included', () => {
  fc.assert(
    fc.property(fc.nat({ max: 9_999_999 }), (value) => {
      expect(memory.toString('latin1', 0, writeSeven(target, 0, value))).toBe(String(value).padStart(7, '0'))
    }),
  )
})
