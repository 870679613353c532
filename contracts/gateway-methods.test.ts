import { expect, it } from 'vitest'
import { ADMIN_ROUTES } from './admin-api.ts'
import { ROUTES } from './gateway-api.ts'
import { ADDRESSES, methodsAt } from './gateway-methods.ts'

it.each([
  ['/v1/app/orders', ['GET', 'HEAD', 'POST']],
  ['/v1/app/orders/123', ['GET', 'HEAD']],
  ['/v1/app/orders/123/pay', ['POST']],
  ['/v1/admin/products/5', ['GET', 'HEAD', 'POST']],
  ['/.well-known/headroom', ['GET', 'HEAD']],
  ['/.well-known/headroom-challenge/0123', ['GET', 'HEAD']],
  ['/xwell-known/headroom', []],
  ['/v1/app/orders/', []],
  ['/v1/app', []],
])('knows what %s takes', (path, methods) => {
  expect(methodsAt(path)).toEqual(methods)
})

it('finds one answer for every route', () => {
  for (const { path } of [...Object.values(ROUTES), ...Object.values(ADMIN_ROUTES)]) {
    const matching = ADDRESSES.filter(({ pattern }) => new RegExp(pattern).test(path.replaceAll(/:\w+/g, '7')))
    expect([path, matching.length]).toEqual([path, 1])
  }
})
