// Question: in which month does the fullest table pass its limit, if growth is low, as planned, or high?

import type { TableProjection } from '../../contracts/capacity.ts'
import { compact } from '../quantity.ts'
import { type Chart, COLOURS, frame } from './chart.ts'
import { limitLayers } from './limit-line.ts'

export function tableGrowthChart({ months, limit, crossing }: TableProjection): Chart {
  const values = months.map(({ month, rowsInFullest }) => ({
    month: `${month}-01`,
    monthText: month,
    ...rowsInFullest,
    lowText: compact(rowsInFullest.low),
    midText: compact(rowsInFullest.mid),
    highText: compact(rowsInFullest.high),
  }))
  const crossings = (['low', 'mid', 'high'] as const).flatMap((level) => {
    const month = crossing[level]
    return month === null
      ? []
      : [{ month: `${month}-01`, label: `${level === 'mid' ? 'as planned' : `${level} growth`}: ${month}` }]
  })
  const reached =
    crossings.length === 0 ? 'The limit is not reached' : `Passed: ${crossings.map(({ label }) => label).join(', ')}`
  const description = `Rows of the fullest table at the end of each month, with low, planned and high growth, against ${compact(limit)} rows. ${reached}.`
  const x = { field: 'month', type: 'temporal', scale: { type: 'utc' }, title: 'end of month' } as const
  return {
    id: 'table-growth',
    title: 'The fullest table, month by month',
    description,
    spec: {
      ...frame(description, 300),
      data: { values },
      encoding: {
        x: {
          ...x,
          axis: {
            format: '%Y-%m',
            labelOverlap: 'parity',
            labelFlush: false,
            grid: false,
            tickCount: { interval: 'month', step: 6 },
          },
        },
      },
      layer: [
        {
          mark: { type: 'area', color: COLOURS.mainSoft, opacity: 0.7 },
          encoding: {
            y: {
              field: 'low',
              type: 'quantitative',
              title: 'rows in the fullest table',
              axis: { format: '~s', tickCount: 6 },
            },
            y2: { field: 'high' },
          },
        },
        {
          mark: {
            type: 'line',
            color: COLOURS.main,
            strokeWidth: 2.5,
            point: { filled: true, size: 18, color: COLOURS.main },
          },
          encoding: {
            y: { field: 'mid', type: 'quantitative' },
            tooltip: [
              { field: 'monthText', title: 'end of' },
              { field: 'lowText', title: 'low growth' },
              { field: 'midText', title: 'as planned' },
              { field: 'highText', title: 'high growth' },
            ],
          },
        },
        ...limitLayers(limit, `limit ${compact(limit)} rows`),
        {
          data: { values: crossings },
          mark: { type: 'point', filled: true, size: 90, color: COLOURS.limit, opacity: 1 },
          encoding: {
            x,
            y: { datum: limit, type: 'quantitative' },
            tooltip: [{ field: 'label', title: 'passes the limit' }],
          },
        },
        {
          data: { values: crossings },
          mark: { type: 'text', align: 'right', baseline: 'top', dx: -8, dy: 8, color: COLOURS.marker },
          encoding: { x, y: { datum: limit, type: 'quantitative' }, text: { field: 'label' } },
        },
      ],
    },
  }
}
