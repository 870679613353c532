// Question: how many pages does a request read from the disk, as the table outgrows the pool?

import type { Ladder } from '../../contracts/ladder.ts'
import { compact, significant } from '../quantity.ts'
import { type Chart, COLOURS, frame, legendOf } from './chart.ts'
import { POOL_DASH, POOL_NAMES, rowsAxis } from './rows-axis.ts'

export function poolMissesChart(ladder: Ladder): Chart {
  const values = ladder.rungs.flatMap(({ counted, pools }) =>
    pools.flatMap(({ pool, flows }) =>
      Object.entries(flows).flatMap(([flow, { missesPerRequest }]) =>
        missesPerRequest === null
          ? []
          : [
              {
                rows: counted.orders,
                rowsText: compact(counted.orders),
                flow,
                poolName: POOL_NAMES[pool],
                misses: missesPerRequest,
                missesText: significant(missesPerRequest),
                series: `${flow} ${pool}`,
              },
            ],
      ),
    ),
  )
  const facts = values.map((one) => `${one.rowsText} rows, ${one.flow}, ${one.poolName}: ${one.missesText}`)
  const description = `Pages read from the disk per request against rows in the table. ${facts.join('; ')}.`
  return {
    id: 'pool-misses',
    title: 'Pages that a request reads from the disk (solid: all in memory, dashed: the plan’s pool)',
    description,
    spec: {
      ...frame(description, 240),
      data: { values },
      layer: [
        {
          mark: { type: 'line', strokeWidth: 2, point: { filled: true, size: 45 } },
          encoding: {
            x: rowsAxis(ladder),
            y: {
              field: 'misses',
              type: 'quantitative',
              title: 'pool misses per request',
              scale: { zero: true, nice: true },
            },
            color: {
              field: 'flow',
              type: 'nominal',
              title: null,
              scale: {
                domain: [...ladder.asked.flows],
                range: [...COLOURS.categories.slice(0, ladder.asked.flows.length)],
              },
              legend: { ...legendOf(ladder.asked.flows.length), symbolType: 'stroke', symbolSize: 300 },
            },
            strokeDash: { ...POOL_DASH, legend: null },
            detail: { field: 'series', type: 'nominal' },
            tooltip: [
              { field: 'rowsText', title: 'rows' },
              { field: 'flow', title: 'flow' },
              { field: 'poolName', title: 'pool' },
              { field: 'missesText', title: 'misses per request' },
            ],
          },
        },
      ],
    },
  }
}
