import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { fixedText, put, viewOf } from './fixed-text.ts'

it('puts a text of any length at any place, and says where it ends', () => {
  const latin1 = fc.string({ unit: fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)) })
  fc.assert(
    fc.property(latin1, fc.nat({ max: 9 }), (text, start) => {
      const memory = Buffer.alloc(start + text.length + 3)
      const end = put(viewOf(memory), start, fixedText(text))
      expect(end).toBe(start + text.length)
      expect(memory.toString('latin1', start, end)).toBe(text)
    }),
  )
})

it('sees a part of a larger memory as that part', () => {
  const whole = Buffer.from('..........')
  put(viewOf(whole.subarray(4)), 0, fixedText('abcd'))
  expect(whole.toString()).toBe('....abcd..')
})
