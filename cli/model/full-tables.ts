// Op `full-tables`: what the next rung of a ladder will show.

import type { RungFigures, TargetRung } from '../../contracts/capacity-model/full-tables.ts'
import { FLOWS } from '../../contracts/plan.ts'
import { predictRung } from '../../reports/capacity-model/full-tables/predict-rung.ts'
import { defineOp } from './op.ts'
import { count, list, number, oneOf, optional, orNull, positive, record, withDefault } from './shape.ts'
import { SEED } from './shared-fields.ts'

const share = number({ atLeast: 0, atMost: 1 })
const fill = { orders: count(), pages: count(), poolPages: count() }

const rung = record({
  flow: oneOf(FLOWS),
  ...fill,
  holds: list(
    record({
      ratePerSecond: positive(),
      p99Ms: positive(),
      missesPerRequest: optional(number({ atLeast: 0 })),
    }),
    { atMost: 50 },
  ),
  highestRate: orNull(record({ ratePerSecond: positive(), low: positive(), high: orNull(positive()) })),
  pageGetsPerRequest: positive(),
  missesPerRequest: number({ atLeast: 0 }),
  mysqlCpuMsPerRequest: positive(),
  cpuMsPerRequest: positive(),
  missMs: optional(positive()),
})

const target = record({
  ...fill,
  ratePerSecond: positive(),
  targetP99Ms: positive(),
  cores: count({ atMost: 1024 }),
  recencyExponent: withDefault(number({ atLeast: 1, atMost: 10 }), 3),
  listLimit: withDefault(count({ atMost: 100 }), 20),
  users: count(),
  activity: withDefault(list(record({ shareOfUsers: share, shareOfOrders: share }), { atLeast: 1, atMost: 20 }), [
    { shareOfUsers: 1, shareOfOrders: 1 },
  ]),
  whales: withDefault(record({ count: count({ atLeast: 0 }), shareOfOrders: share }), { count: 0, shareOfOrders: 0 }),
  itemsPerOrder: positive({ atMost: 1000 }),
  extraBytesPerRow: withDefault(count({ atLeast: 0, atMost: 65_000 }), 0),
})

const example = {
  rungsBelow: [
    { orders: 1e6, pages: 16_300, missesPerRequest: 0, p99s: [9.1, 9.6, 9.3], rate: 1010, cpu: 1.55 },
    { orders: 5e6, pages: 81_300, missesPerRequest: 0, p99s: [9.4, 9.2, 9.9], rate: 990, cpu: 1.57 },
    { orders: 15e6, pages: 243_800, missesPerRequest: 0.53, p99s: [9.9, 10.4, 10.0], rate: 950, cpu: 1.62 },
  ].map(({ orders, pages, missesPerRequest, p99s, rate, cpu }) => ({
    flow: 'detail',
    orders,
    pages,
    poolPages: 131_072,
    holds: p99s.map((p99Ms) => ({ ratePerSecond: 200, p99Ms })),
    highestRate: { ratePerSecond: rate, low: Math.round(rate * 0.95), high: Math.round(rate * 1.05) },
    pageGetsPerRequest: 11,
    missesPerRequest,
    mysqlCpuMsPerRequest: Math.round(40 * cpu) / 100,
    cpuMsPerRequest: cpu,
    missMs: 0.2,
  })),
  at: {
    orders: 50e6,
    pages: 812_500,
    poolPages: 131_072,
    ratePerSecond: 200,
    targetP99Ms: 100,
    cores: 2,
    users: 937_500,
    activity: [
      { shareOfUsers: 0.05, shareOfOrders: 0.35 },
      { shareOfUsers: 0.2, shareOfOrders: 0.4 },
      { shareOfUsers: 0.75, shareOfOrders: 0.25 },
    ],
    whales: { count: 10, shareOfOrders: 0.02 },
    itemsPerOrder: 2.02,
  },
}

export const op = defineOp({
  about: `One flow was measured on a shard of a few sizes: what will it show on a larger
one? Misses of the buffer pool follow from the load's own popularity of pages
(recent orders, active users) and Che's approximation of InnoDB's two-part list,
with the pool's size corrected by what the rungs missed; p99 and processor time
from the rows a request collects and the pages it reads; the highest rate from
both. Rungs need the same flow, pool and rate; two at least. missMs is the time
of one read, where it was measured; pages count 16 KiB each, of all tables of
the shard. Refused where the rungs cannot tell.`,
  example,
  shape: record({
    rungsBelow: list(rung, { atMost: 12 }),
    at: target,
    seed: SEED,
  }),
  mistakes: ({ rungsBelow, at }) => [
    ...rungsBelow.flatMap((one, i) => mistakesOf(one, `rungsBelow[${i}]`, rungsBelow[0]?.flow)),
    ...sharesMistakes(
      'at.activity: shareOfUsers',
      at.activity.map(({ shareOfUsers }) => shareOfUsers),
    ),
    ...sharesMistakes(
      'at.activity: shareOfOrders',
      at.activity.map(({ shareOfOrders }) => shareOfOrders),
    ),
  ],
  answer: ({ rungsBelow, at }: { readonly rungsBelow: readonly RungFigures[]; readonly at: TargetRung }) =>
    predictRung(rungsBelow, at),
})

function mistakesOf(one: RungFigures, path: string, flow: string | undefined): readonly string[] {
  const { highestRate } = one
  return [
    ...(one.flow === flow ? [] : [`${path}.flow: must be that of the first rung, "${flow}"`]),
    ...(one.mysqlCpuMsPerRequest <= one.cpuMsPerRequest
      ? []
      : [`${path}.mysqlCpuMsPerRequest: must be at most cpuMsPerRequest, of which it is a part`]),
    ...(highestRate === null ||
    (highestRate.low <= highestRate.ratePerSecond && highestRate.ratePerSecond <= (highestRate.high ?? Infinity))
      ? []
      : [`${path}.highestRate: low, ratePerSecond and high must rise`]),
  ]
}

function sharesMistakes(path: string, shares: readonly number[]): readonly string[] {
  const sum = shares.reduce((total, one) => total + one, 0)
  return Math.abs(sum - 1) < 1e-6 ? [] : [`${path} must sum to 1, not ${sum}`]
}
