// What the report must find in `ladder.json`.

import { LADDER_FLOWS, POOL_KINDS, STUDY_NAMES } from '../contracts/ladder.ts'
import { OUTCOMES } from '../contracts/measurement.ts'
import { count, list, mapOf, nullable, number, object, text } from './schema-shapes.ts'

const held = object({
  ratePerSecond: number,
  samples: count,
  p99Ms: nullable(number),
  serviceP99Ms: nullable(number),
  missesPerRequest: nullable(number),
  outcome: { enum: OUTCOMES },
  invalid: list(text),
})
const together = object({
  ratePerSecond: number,
  repeats: list(held),
  judgement: object({ outcome: { enum: OUTCOMES }, by: list(text) }),
})
const value = object({ value: number, low: number, high: number })
const prediction = object({
  fromOrders: list(count),
  atPerSecond: number,
  p99Ms: value,
  ratePerSecond: nullable(value),
  hitRatio: nullable(number),
})
const flow = object({
  share: nullable(together),
  common: nullable(together),
  highest: nullable(object({ ratePerSecond: number, low: number, high: nullable(number) })),
  pageGetsPerRequest: nullable(number),
  missesPerRequest: nullable(number),
  mysqlCpuMsPerRequest: nullable(number),
  cpuMsPerRequest: nullable(number),
  evidence: text,
})
const pool = object({
  pool: { enum: POOL_KINDS },
  poolBytes: number,
  poolPages: number,
  wantedBytes: number,
  flushMethod: text,
  predicted: mapOf(nullable(prediction)),
  cold: nullable(mapOf(held)),
  hitRatio: nullable(number),
  flows: mapOf(flow),
})

export const LADDER_FILE_SCHEMA = object({
  asked: object({
    planHash: text,
    shard: count,
    rungs: list(count, { minItems: 1 }),
    flows: list({ enum: LADDER_FLOWS }, { minItems: 1 }),
    studies: { type: 'boolean' },
  }),
  finished: { type: 'boolean' },
  limitOrders: count,
  planPool: object({ share: number, basis: text }),
  rates: mapOf(object({ sharePerSecond: number, peakSharePerSecond: number, commonPerSecond: nullable(number) })),
  rungs: list(
    object({
      orders: count,
      counted: object({ orders: count, orderItems: count, payments: count }),
      pages: count,
      fillSeconds: number,
      pools: list(pool),
    }),
  ),
  studies: list(
    object({
      name: { enum: STUDY_NAMES },
      orders: count,
      seconds: nullable(number),
      projected: { type: 'boolean' },
      note: text,
      beside: nullable(object({ flow: text, ratePerSecond: number, p99Ms: nullable(number) })),
    }),
  ),
  spent: object({ fillSeconds: number, measureSeconds: number, studySeconds: number, otherSeconds: number }),
})
