import { expect, it } from 'vitest'
import { nextTraceparent, traceIdOf, traceparentIn } from './trace-context.ts'

const GIVEN = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00'

it('goes on with the caller’s trace and flags, in another span each time', () => {
  const traced = { requestId: 'r', traceparent: GIVEN }
  const [first, second] = [nextTraceparent(traced), nextTraceparent(traced)]
  for (const next of [first, second]) {
    expect(traceparentIn(next)).toBe(next)
    expect([next.slice(0, 36), next.slice(52)]).toEqual([GIVEN.slice(0, 36), '-00'])
  }
  expect(new Set([GIVEN, first, second]).size).toBe(3)
})

it.each(['7d4c1e8fa0b24c9e8f1a2b3c4d5e6f70', '7d4c1e8f-a0b2-4c9e-8f1a-2b3c4d5e6f70', 'anything-else'])(
  'makes one of request id %s',
  (requestId) => {
    const next = nextTraceparent({ requestId })
    expect(traceparentIn(next)).toBe(next)
    expect(next.slice(3, 35)).toBe(traceIdOf({ requestId }))
  },
)

it.each([
  undefined,
  '',
  'nonsense',
  `01${GIVEN.slice(2)}`,
  GIVEN.toUpperCase(),
  `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
])('takes nothing from %s', (header) => {
  expect(traceparentIn(header)).toBeUndefined()
})
