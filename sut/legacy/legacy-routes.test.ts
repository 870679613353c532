// Who answers an old form: decided after its token was read, for all five interfaces by one rule.

import { afterEach, describe, expect, it } from 'vitest'
import { LEGACY_CODES, LEGACY_ROUTES, SERVED_BY_HEADER } from '../../contracts/legacy-api.ts'
import { SutError } from '../errors.ts'
import { createHttpServer } from '../interface/http-server.ts'
import { createLogger } from '../telemetry/logger.ts'
import { Metrics } from '../telemetry/metrics.ts'
import type { LegacyOrders } from './legacy-orders.ts'
import { legacyRefusal } from './legacy-refusal.ts'
import { type Elsewhere, type PassedForm, registerLegacyRoutes } from './legacy-routes.ts'

const ELSEWHERE = '{"code":0,"msg":"elsewhere","data":null}'
const FORMS = {
  [LEGACY_ROUTES.list]: 'page=1&size=10',
  [LEGACY_ROUTES.detail]: 'orderNo=7',
  [LEGACY_ROUTES.submit]:
    'submitToken=a-page-of-an-old-app&channel=0&region=1&payMethod=1&productId=5&productId=9&quantity=2&quantity=1',
  [LEGACY_ROUTES.pay]: 'orderNo=7',
  [LEGACY_ROUTES.cancel]: 'orderNo=7',
}
const PATHS = Object.values(LEGACY_ROUTES)
let close = async () => {}
afterEach(() => close())

/** Tokens are user numbers here; odd users are answered elsewhere. */
function serving(pass: Elsewhere['pass']) {
  const asked: string[] = []
  const here = (operation: string) => async () => {
    asked.push(operation)
    return {} as never
  }
  const orders: LegacyOrders = {
    list: here('list'),
    detail: here('detail'),
    submit: here('submit'),
    settle: here('settle'),
  }
  const app = createHttpServer({
    logger: createLogger('test', 'silent'),
    metrics: new Metrics(),
    health: async () => ({ status: 'ok', checks: {} }),
    maxInFlight: 10,
    prefix: '/order/',
    refusal: { status: () => 200, body: legacyRefusal },
  })
  registerLegacyRoutes(app, {
    orders,
    enter: async (token) => {
      if (token === 'none') throw new SutError('unauthenticated', 'no such token')
      return Number(token)
    },
    requestDeadlineMs: 1_000,
    elsewhere: { isFor: (userId) => userId % 2 === 1, pass },
  })
  close = () => app.close()
  const send = async (path: string, token: string) => {
    const { statusCode, headers, body } = await app.inject({
      method: 'POST',
      url: path,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: `token=${token}&${FORMS[path as keyof typeof FORMS]}`,
    })
    return { statusCode, servedBy: headers[SERVED_BY_HEADER], type: headers['content-type'], body }
  }
  return { asked, send }
}

describe('an old form', () => {
  it.each(PATHS)('%s of a user who is answered elsewhere is passed on, and nothing is done here', async (path) => {
    const passed: PassedForm[] = []
    const { asked, send } = serving(async (form) => {
      passed.push(form)
      return ELSEWHERE
    })
    expect(await send(path, '7')).toEqual({
      statusCode: 200,
      servedBy: 'monolith',
      type: 'application/json; charset=utf-8',
      body: ELSEWHERE,
    })
    expect(asked).toEqual([])
    expect(passed).toMatchObject([{ path, fields: { token: '7' } }])
    if (path === LEGACY_ROUTES.submit) {
      expect(passed[0]?.fields).toMatchObject({ productId: [5, 9], quantity: [2, 1] })
    }
  })

  it.each(PATHS)('%s of any other user is answered here', async (path) => {
    const { asked, send } = serving(() => Promise.reject(new Error('not expected')))
    const { servedBy, body } = await send(path, '8')
    expect([servedBy, JSON.parse(body)]).toMatchObject(['interface-layer', { code: LEGACY_CODES.ok }])
    expect(asked).toHaveLength(1)
  })

  it('without a good token reaches nobody', async () => {
    const { asked, send } = serving(() => Promise.reject(new Error('not expected')))
    const { servedBy, body } = await send(LEGACY_ROUTES.list, 'none')
    expect([servedBy, JSON.parse(body)]).toMatchObject([undefined, { code: LEGACY_CODES.notLoggedIn }])
    expect(asked).toEqual([])
  })

  it('whose answer was lost elsewhere is never answered here instead', async () => {
    const { asked, send } = serving(() => Promise.reject(new SutError('outcome-unknown', 'lost')))
    const { statusCode, body } = await send(LEGACY_ROUTES.submit, '7')
    expect([statusCode, JSON.parse(body)]).toMatchObject([200, { code: LEGACY_CODES.unknownOutcome, data: null }])
    expect(asked).toEqual([])
  })
})
