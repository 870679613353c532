// The shape of plan.yaml as JSON Schema; sums and relations between fields are checked in plan-rules.ts.
// Published for editors as docs/schemas/plan.schema.json (npm run schemas).

import { MAX_EXTRA_BYTES } from '../contracts/filler-column.ts'
import { CHANNELS } from '../contracts/order.ts'
import { FLOWS, isSettling, type SettlingFlow } from '../contracts/plan.ts'
import { RECENCY_EXPONENT } from '../contracts/seeded-choice.ts'

/** The part of JSON Schema that this file uses. */
export interface PlanNode {
  readonly type?: string
  readonly properties?: Readonly<Record<string, PlanNode>>
  readonly items?: PlanNode
  /** Of an interval: a number that stands alone, and the three that may stand in its place. */
  readonly if?: PlanNode
  readonly then?: PlanNode
  readonly else?: PlanNode
  readonly default?: unknown
  readonly [keyword: string]: unknown
}

const share = { type: 'number', minimum: 0, maximum: 1 } as const
const positive = { type: 'number', exclusiveMinimum: 0, maximum: 1e12 } as const
const nonNegative = { type: 'number', minimum: 0, maximum: 1e12 } as const
const count = { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER } as const
const title = { type: 'string', minLength: 1, maxLength: 80 } as const

function object(properties: Readonly<Record<string, PlanNode>>, optional: readonly string[] = []): PlanNode {
  const names = Object.keys(properties).filter((name) => !optional.includes(name))
  const required = names.filter((name) => properties[name]?.default === undefined)
  return { type: 'object', additionalProperties: false, required, properties }
}

function list(items: PlanNode, sizes: { readonly minItems: number; readonly maxItems: number }): PlanNode {
  return { type: 'array', items, ...sizes }
}

/** A known number may stand alone: low, mid and high are then the same. */
function interval(value: PlanNode, description: string): PlanNode {
  // biome-ignore lint/suspicious/noThenProperty: JSON Schema's own word
  return { description, if: { type: 'number' }, then: value, else: object({ low: value, mid: value, high: value }) }
}

export function isInterval(node: PlanNode | undefined): boolean {
  return node?.else !== undefined
}

/** `defaults`: of flows that a plan may leave out. */
function perFlow(value: PlanNode, defaults: Readonly<Record<SettlingFlow, unknown>>): PlanNode {
  return object(
    Object.fromEntries(FLOWS.map((flow) => [flow, isSettling(flow) ? { ...value, default: defaults[flow] } : value])),
  )
}

const hosts = { ...count, maximum: 100_000 } as const
const cores = { ...positive, maximum: 10_000, description: 'Of each host.' } as const
const bytes = { ...positive, maximum: 1e18, description: 'Of each host.' } as const

const deployment: PlanNode = {
  ...object({
    cpuSpeed: interval(
      { ...positive, maximum: 100 },
      'What a core of it does in the time in which one of the test machine does 1.',
    ),
    gateway: object({ hosts, cores }),
    services: object({ hosts, cores, memoryBytes: bytes }),
    mysql: object(
      {
        hosts,
        shardsPerHost: { ...hosts, description: 'Instead of hosts.' },
        cores,
        memoryBytes: bytes,
        diskBytes: bytes,
        diskIops: { ...positive, description: 'Reads, writes and flushes a second, of each host.' },
        hitRatio: {
          type: 'number',
          exclusiveMinimum: 0,
          exclusiveMaximum: 1,
          default: 0.95,
          description: 'Of page requests: the share that the buffer pool is to answer.',
        },
      },
      ['hosts', 'shardsPerHost'],
    ),
    redis: object({ hosts, cores }),
    elasticsearch: object({
      hosts,
      cores,
      diskBytes: bytes,
      primaries: { ...count, maximum: 1024, description: 'Of each quarter’s index.' },
      replicas: { type: 'integer', minimum: 0, maximum: 10 },
    }),
  }),
  description: 'What will run in production. Peaks are judged against it.',
}

const plan: Readonly<Record<string, PlanNode>> = {
  name: title,
  shards: { ...count, maximum: 65_536, description: 'Tables per family.' },
  rowsPerTableLimit: { ...count, maximum: 4_000_000_000, description: 'No orders table passes this in the horizon.' },
  horizonYears: { type: 'integer', minimum: 1, maximum: 10 },
  start: { type: 'string', format: 'date', description: 'First projected day, UTC.' },
  leadTimeMonths: {
    type: 'integer',
    minimum: 0,
    maximum: 60,
    default: 6,
    description: 'From the decision for more tables until they are in service.',
  },
  orders: object({
    perDayAtStart: interval(positive, 'Orders on an ordinary day at the start, averaged over the week.'),
    yearlyGrowth: interval(
      { type: 'number', exclusiveMinimum: -1, maximum: 20 },
      '0.4 = 40 % more a year later, compounding daily.',
    ),
    weekdayShape: {
      ...list(positive, { minItems: 7, maxItems: 7 }),
      description: 'Monday to Sunday, mean 1.',
    },
    hourShape: {
      ...list(nonNegative, { minItems: 24, maxItems: 24 }),
      description: '00 to 23 o’clock (UTC), mean 1.',
    },
    peakSecondOverHour: {
      type: 'number',
      minimum: 1,
      maximum: 3600,
      description: 'Busiest second ÷ the mean second of its hour.',
    },
    promotions: list(
      object({
        name: title,
        from: {
          type: 'string',
          pattern: '^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$',
          description: 'First day, MM-DD, every year. 02-29 falls on 1 March in a year without it.',
        },
        days: { type: 'integer', minimum: 1, maximum: 60 },
        multiplier: interval({ ...positive, maximum: 1e9 }, 'That day’s orders ÷ an ordinary day’s.'),
      }),
      { minItems: 0, maxItems: 50 },
    ),
    extraBytesPerRow: {
      type: 'integer',
      minimum: 0,
      maximum: MAX_EXTRA_BYTES,
      default: 0,
      description: `What a row of yours has beside ours: bytes, whole. Two rows must fit a page, so ${MAX_EXTRA_BYTES} at most.`,
    },
  }),
  users: object({
    count: { ...count, description: 'At the end of the horizon.' },
    activity: {
      ...list(object({ shareOfUsers: share, shareOfOrders: share }), { minItems: 1, maxItems: 100 }),
      description: 'Stairs of a Lorenz curve, most active first; each column sums to 1.',
    },
    whales: object({ count: { type: 'integer', minimum: 0, maximum: 100_000 }, shareOfOrders: share }),
  }),
  items: object({
    countWeights: {
      ...list(share, { minItems: 1, maxItems: 50 }),
      description: 'Share of orders with 1, 2, 3 … items.',
    },
  }),
  regions: list(object({ name: title, weight: share }), { minItems: 1, maxItems: 1000 }),
  channelWeights: list(share, { minItems: CHANNELS.length, maxItems: CHANNELS.length }),
  lifecycle: object({
    settledAfterDays: { ...positive, maximum: 365 },
    cancelledShare: share,
    refundedShare: share,
  }),
  requestsPerOrder: {
    ...perFlow(nonNegative, { pay: 0.94, cancel: 0.06 }),
    description: 'Requests of each flow per checkout. An order is paid or cancelled once or not at all.',
  },
  recencyExponent: {
    type: 'number',
    minimum: RECENCY_EXPONENT.least,
    maximum: RECENCY_EXPONENT.most,
    default: RECENCY_EXPONENT.usual,
    description: 'A request is about the newest share x of the rows with probability x^(1 / this): 1 prefers no row.',
  },
  targets: perFlow(object({ p99Ms: positive, errorRate: share }), {
    pay: { p99Ms: 300, errorRate: 0.001 },
    cancel: { p99Ms: 300, errorRate: 0.01 },
  }),
  flows: {
    type: 'object',
    additionalProperties: object(
      {
        p99Ms: positive,
        errorRate: share,
        ordinaryPerSecond: { ...positive, description: 'What an ordinary second asks of it.' },
        peakPerSecond: { ...positive, description: 'What the busiest second asks of it.' },
      },
      ['ordinaryPerSecond', 'peakPerSecond'],
    ),
    description: 'Flows of your own, each named after the file of its k6 script.',
  },
  deployment,
  headroom: { ...nonNegative, maximum: 10, description: 'Capacity wanted above the peak: 0.3 = 30 %.' },
  recoverySeconds: {
    ...positive,
    maximum: 3600,
    default: 30,
    description: 'After a spike: until p99 and the backlog behind the answers are back.',
  },
  driftShare: {
    ...positive,
    maximum: 10,
    default: 0.25,
    description: 'Growth of p99, memory or backlog over a soak: more than this share is a drift.',
  },
}

export const PLAN_SCHEMA: PlanNode = object(plan, ['flows', 'deployment'])
