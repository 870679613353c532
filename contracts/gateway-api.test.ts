import fc from 'fast-check'
import { expect, it } from 'vitest'
import { detailParamsSchema, searchQuerySchema } from './gateway-api.ts'
import { isOrderId } from './order-id.ts'

const ORDER_ID = new RegExp(detailParamsSchema.properties.orderId.pattern)

it('describes order ids exactly: what its pattern takes is one, and no other text is', () => {
  const near = fc.bigInt({ min: 2n ** 63n - 300n, max: 2n ** 63n + 300n }).map(String)
  const any = fc.oneof(
    near,
    fc.bigInt({ min: 0n, max: 10n ** 20n }).map(String),
    fc.stringMatching(/^[0-9]{1,20}$/),
    fc.string(),
  )
  fc.assert(fc.property(any, (text) => ORDER_ID.test(text) === isOrderId(text)))
  for (const edge of ['9223372036854775807', '9223372036854775808', '1', '0', '01', '']) {
    expect([edge, ORDER_ID.test(edge)]).toEqual([edge, isOrderId(edge)])
  }
})

it('describes where a page of a search begins', () => {
  const after = new RegExp(searchQuerySchema.properties.after.pattern)
  expect(after.test('1700000000000:9223372036854775807')).toBe(true)
  for (const text of ['1700000000000:9223372036854775808', '9999999999999999:1', ':1', '1:0', '1:1;']) {
    expect([text, after.test(text)]).toEqual([text, false])
  }
})
