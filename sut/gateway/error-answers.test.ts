import { expect, it } from 'vitest'
import { ADMIN_ROUTES } from '../../contracts/admin-api.ts'
import { ROUTES } from '../../contracts/gateway-api.ts'
import { errorMaps } from './error-answers.ts'

/** As nginx reads its map: the first pattern that fits. */
function lostMessage(request: string): string | undefined {
  const [, block = ''] = /\$lost_message \{([^}]*)\}/.exec(errorMaps()) ?? []
  const entries = [...block.matchAll(/"~([^"]+)" "([^"]+)";/g)]
  return entries.find(([, pattern = '']) => new RegExp(pattern).test(`312 ${request} HTTP/1.1`))?.[2]
}

const asAsked = (path: string) => path.replace(/:\w+/, '912288777518256128')

it.each([
  [ROUTES.checkout, 'send the same Idempotency-Key again'],
  [ROUTES.pay, 'read the order, then decide'],
  [ROUTES.cancel, 'read the order, then decide'],
  [ROUTES.refund, 'read the order, then decide'],
  [ADMIN_ROUTES.changeProduct, 'read the product, then decide'],
  [ADMIN_ROUTES.switchForward, 'read the switches'],
  [ADMIN_ROUTES.switchBack, 'read the switches'],
  [ADMIN_ROUTES.setSwitches, 'read the switches'],
])('of a lost answer to $method $path it says how to learn what became of it', ({ method, path }, wayOut) => {
  expect(lostMessage(`${method} ${asAsked(path)}`)).toContain(wayOut)
  expect(lostMessage(`${method} ${asAsked(path)}?a=1`)).toContain(wayOut)
})

it('says nothing of the kind of a read', () => {
  expect(lostMessage(`GET ${ADMIN_ROUTES.switches.path}`)).toBeUndefined()
})
