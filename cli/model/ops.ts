// The ops by name. Each is loaded only when asked for, so that none pays for the laws of another.

import type { ModelOp } from './op.ts'

interface ListedOp {
  readonly summary: string
  readonly load: () => Promise<{ readonly op: ModelOp }>
}

export const OPS: Readonly<Record<string, ListedOp>> = {
  usl: {
    summary: 'fit the Universal Scalability Law: peak, predictions, inversions',
    load: () => import('./usl.ts'),
  },
  'usl-eval': { summary: 'the same curve from coefficients you give', load: () => import('./usl-eval.ts') },
  mva: {
    summary: 'closed system of N users: throughput, queues, bottleneck',
    load: () => import('./mva.ts'),
  },
  mmc: {
    summary: 'open station of c servers: waiting, p95, p99, rate per target',
    load: () => import('./mmc.ts'),
  },
  demand: {
    summary: 'service demands from utilisation; what saturates first and when',
    load: () => import('./demand.ts'),
  },
  table: {
    summary: 'InnoDB table size: bytes per row, rows per leaf, levels, file',
    load: () => import('./table.ts'),
  },
  cache: { summary: 'buffer pool hit ratio, and the bias of a scaled twin', load: () => import('./cache.ts') },
  shards: { summary: 'rows per table: mean, spread, fullest, P(any > limit)', load: () => import('./shards.ts') },
  forecast: {
    summary: 'rows by month, the crossing, uncertainty, arrivals per second',
    load: () => import('./forecast.ts'),
  },
  quantile: {
    summary: 'percentile ranks, run-level intervals, difference of two sets',
    load: () => import('./quantile.ts'),
  },
  latency: { summary: 'percentiles corrected for coordinated omission', load: () => import('./latency.ts') },
  search: {
    summary: 'operating point from load steps: last pass, first fail',
    load: () => import('./search.ts'),
  },
  steady: {
    summary: 'how much warm-up to leave out, and whether it ever settles',
    load: () => import('./steady.ts'),
  },
  elastic: { summary: 'Elasticsearch shards of monthly indices', load: () => import('./elastic.ts') },
  'full-tables': {
    summary: 'p99, rate and pool hits of a full shard, from smaller ones',
    load: () => import('./full-tables.ts'),
  },
}
