import fc from 'fast-check'
import { expect, it } from 'vitest'
import { dateTimeText } from './legacy-text.ts'

it('writes the second that a moment lies in, never the next one', () => {
  expect(dateTimeText(Date.UTC(2026, 10, 26, 4, 5, 6, 999))).toBe('2026-11-26 04:05:06')
  fc.assert(
    fc.property(fc.integer({ min: 0, max: Date.UTC(2090, 0, 1) }), (timeMs) => {
      expect(Date.parse(`${dateTimeText(timeMs).replace(' ', 'T')}Z`)).toBe(timeMs - (timeMs % 1000))
    }),
  )
})
