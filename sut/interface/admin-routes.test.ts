// The web admin's interface with flows that only record: who may what, and what is passed on.

import type { FastifyInstance, InjectOptions } from 'fastify'
import { beforeEach, describe, expect, it } from 'vitest'
import { ADMIN_ROUTES } from '../../contracts/admin-api.ts'
import { ADMIN_ROLES, ROUTES } from '../../contracts/gateway-api.ts'
import { SutError } from '../errors.ts'
import { type Answers, authorization, type Calls, frontEndOver, recordingFlows } from './recording-flows.fixture.ts'

const ORDER_ID = '912288777518256128'
const ORDER = {
  orderId: ORDER_ID,
  userId: 42,
  status: 'placed',
  channel: 'app',
  region: 3,
  itemCount: 1,
  amountCents: 100,
  createdAtMs: 1,
} as const
const DETAIL = {
  order: ORDER,
  items: [{ lineNo: 1, productId: 5, productName: 'Lamp', quantity: 1, unitPriceCents: 100 }],
  payment: { status: 'pending', method: 'card', amountCents: 100, updatedAtMs: 1 },
}
const LAMP = { productId: 5, name: 'Lamp', priceCents: 100 }
const MOVED = { epoch: 3, phase: 'phase1', catalogue: 'legacy', pausedMs: 12 }
const ANSWERS: Answers = {
  search: { orders: [], nextAfter: null },
  lookUp: DETAIL,
  product: LAMP,
  changeProduct: LAMP,
  switchStatus: { phase: 'phase1', epoch: 3 },
  switchPlan: [{ direction: 'back', from: 'phase1', to: 'legacy', refused: [] }],
  moveSwitch: MOVED,
  setSwitches: MOVED,
  switchHistory: [{ who: 'admin 7 (operator)', what: 'flip' }],
}

let calls: Calls
let app: FastifyInstance

function serve(answers: Answers = {}): void {
  calls = []
  app = frontEndOver(recordingFlows(calls, { ...ANSWERS, ...answers }), {})
}
beforeEach(() => serve())

/** One good request of every route, and the roles that open it. */
const GOOD: readonly { readonly roles: readonly string[]; readonly request: InjectOptions }[] = [
  { roles: ['support'], request: { url: `${ROUTES.search.path}?fromMs=1&toMs=2` } },
  { roles: ['support'], request: { url: ADMIN_ROUTES.order.path.replace(':orderId', ORDER_ID) } },
  { roles: ['support', 'operator'], request: { url: '/v1/admin/products/5' } },
  {
    roles: ['operator'],
    request: { method: 'POST', url: '/v1/admin/products/5', payload: { priceCents: 100, why: 'a sale' } },
  },
  { roles: ['operator'], request: { url: ADMIN_ROUTES.switches.path } },
  { roles: ['operator'], request: { url: ADMIN_ROUTES.switchPlan.path } },
  { roles: ['operator'], request: { url: ADMIN_ROUTES.switchHistory.path } },
  { roles: ['operator'], request: { method: 'POST', url: ADMIN_ROUTES.switchForward.path, payload: { why: 'done' } } },
  { roles: ['operator'], request: { method: 'POST', url: ADMIN_ROUTES.switchBack.path, payload: { why: 'slow' } } },
  {
    roles: ['operator'],
    request: { method: 'POST', url: ADMIN_ROUTES.setSwitches.path, payload: { mirror: 'inline', why: 'a look' } },
  },
]

const as = async (request: InjectOptions, headers: Readonly<Record<string, string>>) => {
  const { statusCode } = await app.inject({ ...request, headers })
  return statusCode
}

describe('every route', () => {
  it('is listed here', () => {
    const paths = GOOD.map(({ request }) => String(request.url).split('?')[0])
    const routes = [ROUTES.search, ...Object.values(ADMIN_ROUTES)].map(({ path }) =>
      path.replace(':orderId', ORDER_ID).replace(':productId', '5'),
    )
    expect(paths.toSorted()).toEqual(routes.toSorted())
  })

  it.each(GOOD)('$request.method $request.url opens to $roles, and to nobody else', async ({ roles, request }) => {
    for (const role of ADMIN_ROLES) {
      const wanted = roles.includes(role) ? 200 : 403
      expect([role, await as(request, authorization(7, 'admin', { roles: [role] }))]).toEqual([role, wanted])
    }
    expect(calls).toHaveLength(roles.length)
    expect(await as(request, authorization(7, 'admin', { roles: [] }))).toBe(403)
    expect(await as(request, authorization(7, 'admin', { roles: 'operator' }))).toBe(403)
    expect(await as(request, authorization(7, 'app', { roles: ADMIN_ROLES }))).toBe(403)
    expect(await as(request, authorization(7, 'admin', { exp: 1 }))).toBe(401)
    expect(await as(request, {})).toBe(401)
    expect(calls).toHaveLength(roles.length)
  })

  it.each(GOOD.filter(({ request }) => request.method === 'POST'))(
    'judges the role before the body of $request.url',
    async ({ request }) => {
      const headers = { ...authorization(7, 'admin', { roles: [] }), 'content-type': 'application/json' }
      expect(await as({ ...request, payload: '{' }, headers)).toBe(403)
    },
  )
})

describe('orders', () => {
  it('are shown whole, whoever’s they are, and one that is not there is none', async () => {
    const url = ADMIN_ROUTES.order.path.replace(':orderId', ORDER_ID)
    const found = await app.inject({ url, headers: authorization(7, 'admin') })
    expect([found.statusCode, found.json()]).toEqual([200, DETAIL])
    expect(calls).toEqual([{ operation: 'lookUp', request: { orderId: ORDER_ID } }])
    serve({ lookUp: null })
    const missing = await app.inject({ url, headers: authorization(7, 'admin') })
    expect([missing.statusCode, missing.json().code]).toEqual([404, 'not-found'])
  })
})

describe('a product', () => {
  const change = (payload: object) =>
    app.inject({ method: 'POST', url: '/v1/admin/products/5', payload, headers: authorization(7, 'admin') })

  it('is changed with who and why', async () => {
    const response = await change({ name: 'Old lamp', priceCents: 120, why: 'it was renamed' })
    expect([response.statusCode, response.json()]).toEqual([200, LAMP])
    const who = 'admin 7 (support, operator)'
    expect(calls).toEqual([
      {
        operation: 'changeProduct',
        request: { productId: 5, name: 'Old lamp', priceCents: 120, why: 'it was renamed', who },
      },
    ])
  })

  it.each<[string, object]>([
    ['nothing', { why: 'because' }],
    ['no reason', { priceCents: 5 }],
    ['a reason too short', { priceCents: 5, why: 'x' }],
    ['a negative price', { priceCents: -1, why: 'because' }],
    ['half a cent', { priceCents: 0.5, why: 'because' }],
    ['no name', { name: '', why: 'because' }],
    ['another product’s id', { productId: 6, priceCents: 5, why: 'because' }],
    ['somebody else’s name in the audit', { priceCents: 5, why: 'because', who: 'somebody else' }],
  ])('is not changed to %s', async (_what, payload) => {
    const response = await change(payload)
    expect([response.statusCode, response.json().code]).toEqual([400, 'bad-request'])
    expect(calls).toEqual([])
  })
})

describe('switches', () => {
  const post = (url: string, payload: object) =>
    app.inject({ method: 'POST', url, payload, headers: authorization(7, 'admin', { roles: ['operator'] }) })

  it('are moved by one phase, with who and why', async () => {
    const response = await post(ADMIN_ROUTES.switchForward.path, { why: 'all compared' })
    expect([response.statusCode, response.json()]).toEqual([200, MOVED])
    await post(ADMIN_ROUTES.switchBack.path, { why: 'it is slow', what: 'catalogue' })
    const usual = { who: 'admin 7 (operator)' }
    expect(calls.map(({ request }) => request)).toEqual([
      { ...usual, direction: 'forward', what: 'orders', why: 'all compared' },
      { ...usual, direction: 'back', what: 'catalogue', why: 'it is slow' },
    ])
  })

  it('are not moved without a reason, nor to what there is not', async () => {
    expect((await post(ADMIN_ROUTES.switchForward.path, {})).statusCode).toBe(400)
    expect((await post(ADMIN_ROUTES.setSwitches.path, { mirror: 'sideways', why: 'because' })).statusCode).toBe(400)
    expect((await post(ADMIN_ROUTES.setSwitches.path, { phase: 'done', why: 'because' })).statusCode).toBe(400)
    expect(calls).toEqual([])
  })

  it('that stay as they are say so', async () => {
    serve({ moveSwitch: new SutError('switch-refused', 'the switches stay as they are: gaps') })
    const response = await post(ADMIN_ROUTES.switchForward.path, { why: 'all compared' })
    expect([response.statusCode, response.json()]).toMatchObject([
      409,
      { code: 'switch-refused', message: 'the switches stay as they are: gaps' },
    ])
  })

  it('are shown as they stand, and who moved them', async () => {
    const get = async (url: string) =>
      (await app.inject({ url, headers: authorization(7, 'admin', { roles: ['operator'] }) })).json()
    expect(await get(ADMIN_ROUTES.switches.path)).toEqual(ANSWERS.switchStatus)
    expect(await get(ADMIN_ROUTES.switchPlan.path)).toEqual({ ways: ANSWERS.switchPlan })
    expect(await get(`${ADMIN_ROUTES.switchHistory.path}?limit=5`)).toEqual({ entries: ANSWERS.switchHistory })
    expect(calls.at(-1)).toEqual({ operation: 'switchHistory', request: { limit: 5 } })
  })
})
