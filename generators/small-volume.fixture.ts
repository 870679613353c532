// A small plan volume for tests: 64 tables, one year, a table's worth of rows in a blink.

import type { SeedVolume } from '../contracts/dataset.ts'
import { FLOWS, type Plan } from '../contracts/plan.ts'
import { HOUR_MS } from '../contracts/seeded-order.ts'
import { ALL_SHARDS } from '../contracts/shard.ts'

const ordinary = { low: 1, mid: 1, high: 1 }
const START_MS = Date.UTC(2024, 0, 1)
const HOURS = 24 * 366

export const SMALL_PLAN: Plan = {
  name: 'small',
  shards: 64,
  rowsPerTableLimit: 20_000,
  horizonYears: 1,
  start: '2025-01-01',
  leadTimeMonths: 6,
  orders: {
    perDayAtStart: ordinary,
    yearlyGrowth: ordinary,
    weekdayShape: [1, 1, 1, 1, 1, 1, 1],
    hourShape: Array.from({ length: 24 }, () => 1),
    peakSecondOverHour: 1,
    promotions: [],
    extraBytesPerRow: 0,
  },
  users: {
    count: 6_400,
    activity: [
      { shareOfUsers: 0.1, shareOfOrders: 0.5 },
      { shareOfUsers: 0.9, shareOfOrders: 0.5 },
    ],
    whales: { count: 64, shareOfOrders: 0.1 },
  },
  items: { countWeights: [0.5, 0.3, 0.2] },
  regions: [
    { name: 'north', weight: 0.75 },
    { name: 'south', weight: 0.25 },
  ],
  channelWeights: [0.7, 0.1, 0.2],
  lifecycle: { settledAfterDays: 20, cancelledShare: 0.1, refundedShare: 0.05 },
  requestsPerOrder: { list: 1, detail: 1, checkout: 1, search: 1, pay: 0.9, cancel: 0.1 },
  recencyExponent: 3,
  targets: Object.fromEntries(FLOWS.map((flow) => [flow, { p99Ms: 100, errorRate: 0.01 }])) as Plan['targets'],
  headroom: 0.3,
  recoverySeconds: 30,
  driftShare: 0.25,
}

export function smallVolume(rowsPerTable = 2_000, plan = SMALL_PLAN): SeedVolume {
  return {
    plan,
    planHash: 'small',
    years: 1,
    startMs: START_MS,
    endMs: START_MS + HOURS * HOUR_MS,
    cumulativeOrdersByHour: Array.from({ length: HOURS }, (_, hour) => 1000 * (hour + 1) + (hour % 24) * 30),
    rowsByTable: ALL_SHARDS.map((shard) => rowsPerTable + (shard % 3)),
    fullTableRows: 10 * rowsPerTable,
    ordersPerUser: 20,
    whalesByTable: ALL_SHARDS.map(() => 1),
    whaleShareByTable: ALL_SHARDS.map(() => 0.1),
  }
}
