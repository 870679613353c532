// Question: does every one of the tables stay below its limit at the horizon?

import type { TableProjection } from '../../contracts/capacity.ts'
import { compact } from '../quantity.ts'
import { type Chart, COLOURS, frame } from './chart.ts'
import { limitLayers } from './limit-line.ts'

export function rowsPerTableChart({ tables, limit, fullestShard }: TableProjection): Chart {
  const values = tables.map(({ shard, projectedRows, countedRows }) => ({
    table: `orders_${String(shard).padStart(2, '0')}`,
    shard,
    projected: projectedRows,
    counted: countedRows ?? 0,
    state: projectedRows > limit ? 'over the limit' : 'below the limit',
    projectedText: compact(projectedRows),
    countedText: countedRows === null ? 'not counted' : compact(countedRows),
  }))
  const most = tables.reduce((max, table) => Math.max(max, table.projectedRows, table.countedRows ?? 0), limit)
  const over = values.filter(({ state }) => state === 'over the limit').length
  const description = `Bars: projected rows of ${tables.length} order tables at the horizon, against the line of ${compact(limit)} rows. ${over} are over it; the fullest is orders_${String(fullestShard).padStart(2, '0')}.`
  const tooltip = [
    { field: 'table', title: 'table' },
    { field: 'projectedText', title: 'projected rows' },
    { field: 'countedText', title: 'counted now' },
  ]
  return {
    id: 'rows-per-table',
    title: 'Rows per table at the horizon',
    description,
    spec: {
      ...frame(description, 300),
      data: { values },
      encoding: {
        x: {
          field: 'shard',
          type: 'ordinal',
          title: 'table (orders_NN)',
          axis: {
            values: values.map(({ shard }) => shard).filter((shard) => shard % 8 === 0),
            labelAngle: 0,
            grid: false,
          },
          scale: { paddingInner: 0.25 },
        },
      },
      layer: [
        {
          mark: { type: 'bar' },
          encoding: {
            y: {
              field: 'projected',
              type: 'quantitative',
              title: 'rows',
              scale: { domain: [0, most * 1.12] },
              axis: { format: '~s', tickCount: 6 },
            },
            color: {
              field: 'state',
              type: 'nominal',
              title: null,
              scale: { domain: ['below the limit', 'over the limit'], range: [COLOURS.mainSoft, COLOURS.fail] },
              legend: null,
            },
            tooltip,
          },
        },
        {
          mark: { type: 'bar', color: COLOURS.main },
          encoding: { y: { field: 'counted', type: 'quantitative' }, tooltip },
        },
        ...limitLayers(limit, `limit ${compact(limit)} rows`),
      ],
    },
  }
}
