// What the charts of a ladder share: rows per table from left to right, a colour and a shape per pool, measured points
// with their intervals, and beside each the prediction that was written down before.

import type { Ladder, PoolKind, RungPool } from '../../contracts/ladder.ts'
import { compact } from '../quantity.ts'
import { COLOURS, type Layer, legendOf } from './chart.ts'

export const POOL_NAMES: Readonly<Record<PoolKind, string>> = { memory: 'all in memory', plan: "the plan's pool" }
const POOLS = Object.values(POOL_NAMES)

export interface RungPoint {
  readonly rows: number
  readonly pool: PoolKind
  readonly value: number
  readonly low: number
  readonly high: number
  readonly predicted: { readonly value: number; readonly low: number; readonly high: number } | null
}

export function rungPoints(
  { rungs }: Ladder,
  pointOf: (pool: RungPool) => Omit<RungPoint, 'rows' | 'pool'> | null,
): readonly RungPoint[] {
  return rungs.flatMap(({ counted, pools }) =>
    pools.flatMap((pool) => {
      const point = pointOf(pool)
      return point === null ? [] : [{ rows: counted.orders, pool: pool.pool, ...point }]
    }),
  )
}

/** Nothing is drawn beyond what was measured. */
export function rowsAxis({ rungs }: Ladder) {
  const rows = rungs.map(({ counted }) => counted.orders)
  return {
    field: 'rows',
    type: 'quantitative' as const,
    title: 'rows in the orders table (logarithmic)',
    scale: { type: 'log' as const, domain: [Math.min(...rows, 1e9) * 0.8, Math.max(...rows, 1) * 1.25], nice: false },
    axis: { values: rows, format: '.3~s', grid: false },
  }
}

export const POOL_COLOUR = {
  field: 'poolName',
  type: 'nominal' as const,
  title: null,
  scale: { domain: POOLS, range: [COLOURS.main, COLOURS.second] },
  legend: { ...legendOf(2), symbolType: 'stroke', symbolSize: 300 },
}
/** Solid and dashed, for whoever tells no colours apart. */
export const POOL_DASH = {
  field: 'poolName',
  type: 'nominal' as const,
  title: null,
  scale: {
    domain: POOLS,
    range: [
      [1, 0],
      [5, 3],
    ],
  },
}

export interface RungLayers {
  readonly ladder: Ladder
  readonly points: readonly RungPoint[]
  readonly yTitle: string
  readonly text: (value: number) => string
}

export function rungLayers({ ladder, points, yTitle, text }: RungLayers): Layer[] {
  const x = rowsAxis(ladder)
  const y = { field: 'value', type: 'quantitative' as const, title: yTitle, scale: { zero: true, nice: true } }
  const values = points.map((point) => ({
    ...point,
    poolName: POOL_NAMES[point.pool],
    rowsText: compact(point.rows),
    valueText: text(point.value),
    rangeText: `${text(point.low)} to ${text(point.high)}`,
  }))
  const predictions = points.flatMap(({ rows, pool, predicted }) =>
    predicted === null
      ? []
      : [
          {
            rows,
            poolName: POOL_NAMES[pool],
            ...predicted,
            rowsText: compact(rows),
            valueText: text(predicted.value),
            rangeText: `${text(predicted.low)} to ${text(predicted.high)}`,
          },
        ],
  )
  const tooltip = (what: string) => [
    { field: 'rowsText', title: 'rows' },
    { field: 'poolName', title: 'pool' },
    { field: 'valueText', title: what },
    { field: 'rangeText', title: 'interval' },
  ]
  return [
    {
      data: { values },
      mark: { type: 'rule', strokeWidth: 2 },
      encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' }, color: POOL_COLOUR },
    },
    {
      data: { values },
      mark: { type: 'line', strokeWidth: 2, point: { filled: true, size: 45 } },
      encoding: {
        x,
        y,
        color: POOL_COLOUR,
        strokeDash: { ...POOL_DASH, legend: POOL_COLOUR.legend },
        tooltip: tooltip('measured'),
      },
    },
    {
      data: { values: predictions },
      mark: { type: 'rule', strokeWidth: 7, opacity: 0.25 },
      encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' }, color: POOL_COLOUR },
    },
    {
      data: { values: predictions },
      mark: { type: 'point', shape: 'diamond', size: 110, filled: false, strokeWidth: 2 },
      encoding: { x, y, color: POOL_COLOUR, tooltip: tooltip('predicted before') },
    },
  ]
}

export function rungsText(points: readonly RungPoint[], text: (value: number) => string): string {
  return points.map(({ rows, pool, value }) => `${compact(rows)} rows, ${POOL_NAMES[pool]}: ${text(value)}`).join('; ')
}
