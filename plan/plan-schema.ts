// The shape of plan.yaml as JSON Schema; sums and relations between fields are checked in plan-rules.ts.

import { CHANNELS } from '../contracts/order.ts'
import { FLOWS } from '../contracts/plan.ts'

const share = { type: 'number', minimum: 0, maximum: 1 } as const
const positive = { type: 'number', exclusiveMinimum: 0 } as const
const nonNegative = { type: 'number', minimum: 0 } as const
const count = { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER } as const

function object(properties: Readonly<Record<string, object>>) {
  return { type: 'object', additionalProperties: false, required: Object.keys(properties), properties } as const
}

function list(items: object, sizes: { readonly minItems: number; readonly maxItems: number }) {
  return { type: 'array', items, ...sizes } as const
}

function interval(value: object) {
  return object({ low: value, mid: value, high: value })
}

function perFlow(value: object) {
  return object(Object.fromEntries(FLOWS.map((flow) => [flow, value])))
}

export const PLAN_SCHEMA = object({
  name: { type: 'string', minLength: 1, maxLength: 80 },
  shards: count,
  rowsPerTableLimit: { ...count, maximum: 4_000_000_000 },
  horizonYears: { type: 'integer', minimum: 1, maximum: 10 },
  start: { type: 'string', format: 'date' },
  orders: object({
    perDayAtStart: interval(positive),
    yearlyGrowth: interval({ type: 'number', exclusiveMinimum: -1, maximum: 20 }),
    weekdayShape: list(positive, { minItems: 7, maxItems: 7 }),
    hourShape: list(nonNegative, { minItems: 24, maxItems: 24 }),
    peakSecondOverHour: { type: 'number', minimum: 1 },
    promotions: list(
      object({
        name: { type: 'string', minLength: 1, maxLength: 80 },
        from: { type: 'string', pattern: '^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$' },
        days: { type: 'integer', minimum: 1, maximum: 60 },
        multiplier: interval(positive),
      }),
      { minItems: 0, maxItems: 50 },
    ),
  }),
  users: object({
    count,
    activity: list(object({ shareOfUsers: share, shareOfOrders: share }), { minItems: 1, maxItems: 100 }),
    whales: object({ count: { type: 'integer', minimum: 0, maximum: 100_000 }, shareOfOrders: share }),
  }),
  items: object({ countWeights: list(share, { minItems: 1, maxItems: 50 }) }),
  regions: list(object({ name: { type: 'string', minLength: 1, maxLength: 80 }, weight: share }), {
    minItems: 1,
    maxItems: 1000,
  }),
  channelWeights: list(share, { minItems: CHANNELS.length, maxItems: CHANNELS.length }),
  lifecycle: object({
    settledAfterDays: { ...positive, maximum: 365 },
    cancelledShare: share,
    refundedShare: share,
  }),
  requestsPerOrder: perFlow(nonNegative),
  targets: perFlow(object({ p99Ms: positive, errorRate: share })),
  headroom: { ...nonNegative, maximum: 10 },
  endurance: object({ recoverySeconds: { ...positive, maximum: 3600 }, growthShare: { ...positive, maximum: 10 } }),
})
