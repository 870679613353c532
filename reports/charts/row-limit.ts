// The line that no table may pass, and its label: the same in every chart of rows.

import { compact } from '../quantity.ts'
import { COLOURS, type Layer } from './chart.ts'

/** Two layers across the whole width, at `limit` rows. */
export function rowLimitLayers(limit: number): Layer[] {
  const y = { datum: limit, type: 'quantitative' } as const
  return [
    {
      data: { values: [{ limit }] },
      mark: { type: 'rule', color: COLOURS.limit, strokeWidth: 2 },
      encoding: { x: { value: 0 }, x2: { value: 'width' }, y },
    },
    {
      data: { values: [{ label: `limit ${compact(limit)} rows` }] },
      mark: {
        type: 'text',
        align: 'left',
        baseline: 'bottom',
        dx: 4,
        dy: -4,
        fontWeight: 'bold',
        color: COLOURS.limit,
      },
      encoding: { x: { value: 0 }, y, text: { field: 'label' } },
    },
  ]
}
