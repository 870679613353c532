// What the report must find in the three files of a run. Fields it does not read may come and go.

import { CLAIM_BOUNDS, CLAIM_UNITS, OUTCOMES, STEP_KINDS, TARGET_KINDS } from '../contracts/measurement.ts'
import { FLOWS, SETTLING_FLOWS } from '../contracts/plan.ts'
import { RECENCY_EXPONENT } from '../contracts/seeded-choice.ts'
import { MIRROR_MODES, MONOLITH_POSITIONS, PHASES } from '../contracts/switches.ts'
import { FORECAST_VERDICTS } from '../contracts/table-forecast.ts'
import { count, list, mapOf, nullable, number, object, text } from './schema-shapes.ts'

const month = { type: 'string', pattern: '^[0-9]{4}-[0-9]{2}$' } as const
const interval = object({ low: number, mid: number, high: number })
const target = object({ p99Ms: number, errorRate: number })
/** Runs of before know nothing of pay and cancel. */
const perFlow = (schema: object) => object(Object.fromEntries(FLOWS.map((flow) => [flow, schema])), SETTLING_FLOWS)

const hosts = { hosts: count, cores: number } as const
const deployment = object({
  cpuSpeed: interval,
  gateway: object(hosts),
  services: object({ ...hosts, memoryBytes: number }),
  mysql: object(
    {
      ...hosts,
      shardsPerHost: count,
      memoryBytes: number,
      diskBytes: number,
      diskIops: number,
      hitRatio: number,
    },
    ['hosts', 'shardsPerHost'],
  ),
  redis: object(hosts),
  elasticsearch: object({ ...hosts, diskBytes: number, primaries: count, replicas: count }),
})

export const PLAN_FILE_SCHEMA = object({
  plan: object(
    {
      name: text,
      shards: count,
      rowsPerTableLimit: { type: 'number', exclusiveMinimum: 0 },
      horizonYears: number,
      // Runs from before had none of these two, and were what they are by default.
      orders: object({ extraBytesPerRow: { ...count, default: 0 } }),
      recencyExponent: { ...number, default: RECENCY_EXPONENT.usual },
      requestsPerOrder: perFlow(number),
      targets: perFlow(target),
      flows: mapOf(target),
      deployment,
      headroom: number,
    },
    ['flows', 'deployment'],
  ),
  planHash: text,
  months: list(object({ month, rowsPerTable: interval }), {
    minItems: 1,
  }),
  rowsByTable: list(number, { minItems: 1 }),
  totalOrders: interval,
  forecast: object({
    verdict: { enum: FORECAST_VERDICTS },
    probabilityAnyTableExceeds: { type: 'number', minimum: 0, maximum: 1 },
    probabilityMethod: text,
    crossing: object({ low: nullable(month), mid: nullable(month), high: nullable(month) }),
    decideBy: nullable(month),
    fullestShard: count,
    fullestOverMean: number,
  }),
  peak: object({ day: text, promotion: nullable(text), ratePerSecond: perFlow(interval) }),
  ordinaryRatePerSecond: perFlow(number),
})

export const DATASET_FILE_SCHEMA = object({
  fingerprint: text,
  seed: number,
  years: number,
  scale: number,
  fullShards: list(count),
  shards: list(object({ shard: count, orders: count })),
  rows: object({ orders: count, order_items: count, payments: count }),
})

const latency = object({ samples: count, p99Ms: nullable(number), meanMs: nullable(number) })
const reason = object({ code: text, evidence: text })
const amount = { type: 'number', minimum: 0 } as const
const outcome = { enum: OUTCOMES }
const bounds = object({ share: number, low: number, high: number, basis: text, count: number })
const figures = object({
  iterations: count,
  answered: count,
  good: count,
  errors: count,
  overTarget: count,
  failures: list(object({ what: text, count })),
  latency,
  service: latency,
})

const step = object({
  load: text,
  index: count,
  kind: { enum: STEP_KINDS },
  fromMs: amount,
  toMs: amount,
  offeredPerSecond: amount,
  goodPerSecond: amount,
  dropped: count,
  flows: mapOf(figures),
  generatorCpu: nullable(number),
  machineCpu: nullable(number),
  components: list(object({ name: text, cpuSeconds: number, rssBytes: number })),
  mysql: nullable(mapOf(number)),
  elasticsearch: nullable(mapOf(number)),
  invalid: list(reason),
  judgement: object({
    outcome,
    flows: mapOf(
      object({ outcome, slow: nullable(bounds), errors: nullable(bounds), by: list({ enum: ['slow', 'errors'] }) }),
    ),
  }),
})

const result = object({
  load: text,
  flows: list(text),
  verdict: { enum: ['PASS', 'FAIL', 'INVALID'] },
  reason: text,
  bracket: nullable(object({ lastPass: nullable(number), firstFail: nullable(number) })),
  claim: nullable(
    object({
      id: text,
      claim: text,
      value: nullable(number),
      target: nullable(number),
      bound: { enum: CLAIM_BOUNDS },
      unit: { enum: CLAIM_UNITS },
      evidence: text,
    }),
  ),
})

const migrationPosition = object({
  phase: { enum: PHASES },
  mirror: { enum: MIRROR_MODES },
  monolith: { enum: MONOLITH_POSITIONS },
  comparePerMille: number,
  epoch: number,
})

export const MEASUREMENTS_FILE_SCHEMA = object({
  runId: text,
  startedAt: text,
  finishedAt: text,
  profile: text,
  command: text,
  conditions: object(
    {
      host: object({
        cpuModel: text,
        cores: { type: 'integer', minimum: 1 },
        memoryBytes: number,
        os: text,
        kernel: text,
      }),
      versions: mapOf(text),
      topology: text,
      target: text,
      sharedMachine: { type: 'boolean' },
      targetKind: { enum: TARGET_KINDS },
      generatorPlace: text,
      bufferPoolBytes: nullable(number),
      flushLogAtTrxCommit: nullable(number),
      gitCommit: nullable(text),
      migration: object({ start: nullable(migrationPosition), end: nullable(migrationPosition) }, ['end']),
    },
    ['targetKind', 'migration'],
  ),
  datasetFingerprint: nullable(text),
  tables: list(object({ shard: count, orders: count, orderItems: count, payments: count })),
  sizes: nullable(
    object({ allFamiliesBytesPerOrder: number, databaseBytes: number, searchBytes: number, searchDocuments: count }),
  ),
  steps: list(step),
  results: list(result),
  acknowledged: nullable(
    object(
      {
        acknowledged: count,
        missing: count,
        examples: list(text),
        settled: object({ acknowledged: count, wrong: count, examples: list(text) }),
      },
      ['settled'],
    ),
  ),
  invalid: list(reason),
})
