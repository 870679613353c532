// An administrator searches orders by time and region: an hour, a day or a week around an order that was seeded. Many
// administrators, not one: the target limits the requests of each. One search in four asks for all regions: it must
// find that order's time not empty, so that a lost index shows.

import http from 'k6/http'
import { PURPOSE } from '../../contracts/dice.ts'
import { ROUTES, type SearchResponse, searchQuerySchema, TOKEN } from '../../contracts/gateway-api.ts'
import type { Operation } from '../operation.ts'
import { requestParams } from '../request-params.ts'
import { bearer } from '../token.ts'

const LIMIT = searchQuerySchema.properties.limit.default
const DAY_MS = 86_400_000
/** Hours, days and weeks are asked for alike. */
const RANGES_MS = [DAY_MS / 24, DAY_MS, 7 * DAY_MS] as const
const ALL_REGIONS_SHARE = 0.25

export const search: Operation = {
  flow: 'search',
  prepare({ settings, catalogue, order: { createdAtMs, userId }, dice }) {
    const rangeMs = RANGES_MS[Math.floor(dice.roll(PURPOSE.range) * RANGES_MS.length)] ?? DAY_MS
    const fromMs = createdAtMs - Math.floor(dice.roll(PURPOSE.position) * rangeMs)
    const toMs = fromMs + rangeMs
    const region =
      dice.roll(PURPOSE.scope) < ALL_REGIONS_SHARE ? null : Math.floor(dice.roll(PURPOSE.region) * catalogue.regions)
    const query = `fromMs=${fromMs}&toMs=${toMs}&limit=${LIMIT}${region === null ? '' : `&region=${region}`}`
    const url = `${settings.baseUrl}${ROUTES.search.path}?${query}`
    const roles = { roles: ['support'] } as const
    const params = requestParams('search', bearer(settings.adminJwtSecret, String(userId), TOKEN.adminAudience, roles))
    return {
      expectedStatus: 200,
      send: () => http.get(url, params),
      wrong: (body) => wrongSearch(body as SearchResponse, { fromMs, toMs, region }),
    }
  },
}

interface Asked {
  readonly fromMs: number
  readonly toMs: number
  /** null: all. */
  readonly region: number | null
}

function wrongSearch({ orders }: SearchResponse, { fromMs, toMs, region }: Asked): string | null {
  if (orders.length > LIMIT) return 'search keeps its limit'
  if (orders.some(({ createdAtMs }) => createdAtMs < fromMs || createdAtMs >= toMs)) return 'search keeps to its time'
  if (region === null && orders.length === 0) return 'search finds orders where there are some'
  if (region !== null && orders.some((order) => order.region !== region)) return 'search keeps to its region'
  const times = orders.map(({ createdAtMs }) => createdAtMs)
  if (times.some((time, at) => at > 0 && time > (times[at - 1] ?? 0))) return 'search is newest first'
  return null
}
