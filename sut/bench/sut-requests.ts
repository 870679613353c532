// What a benchmark asks of the order system, as its users.

import { randomUUID } from 'node:crypto'
import { createSigner } from 'fast-jwt'
import { ROUTES, TOKEN } from '../../contracts/gateway-api.ts'
import type { AskedProcess } from './asked-process.ts'
import { BENCH_ITEMS, PAGE, usersInTurn } from './workload.ts'

export interface PlacedOrder {
  readonly userId: number
  readonly orderId: string
}

export const CHECKOUT_BODY = JSON.stringify({ channel: 'app', region: 1, paymentMethod: 'card', items: BENCH_ITEMS })

export function sutRequests(sut: AskedProcess, jwtSecret: string) {
  const sign = createSigner({ key: jwtSecret, algorithm: TOKEN.algorithm, expiresIn: 600_000 })
  const headersOf = (userId: number) => ({
    authorization: `Bearer ${sign({ iss: TOKEN.issuer, aud: TOKEN.appAudience, sub: String(userId) })}`,
  })
  // Made beforehand: a signature takes longer than many a request.
  const headers = new Map([...new Set(usersInTurn())].map((userId) => [userId, headersOf(userId)]))
  return {
    checkout: async (userId: number): Promise<PlacedOrder> => {
      const answer = await sut.ask({
        method: 'POST',
        path: ROUTES.checkout.path,
        headers: { ...headers.get(userId), 'content-type': 'application/json', 'idempotency-key': randomUUID() },
        body: CHECKOUT_BODY,
      })
      return { userId, orderId: (JSON.parse(answer) as PlacedOrder).orderId }
    },
    list: (userId: number) =>
      sut.ask({ method: 'GET', path: `${ROUTES.list.path}?limit=${PAGE}`, headers: { ...headers.get(userId) } }),
    detail: ({ userId, orderId }: PlacedOrder) =>
      sut.ask({ method: 'GET', path: `${ROUTES.list.path}/${orderId}`, headers: { ...headers.get(userId) } }),
  }
}
