// A line that must not be passed, and its label: the same in every chart that has one.

import { COLOURS, type Layer } from './chart.ts'

/** Two layers across the whole width, at `limit` on the y axis. */
export function limitLayers(limit: number, label: string): Layer[] {
  const y = { datum: limit, type: 'quantitative' } as const
  return [
    {
      data: { values: [{ limit }] },
      mark: { type: 'rule', color: COLOURS.limit, strokeWidth: 2 },
      encoding: { x: { value: 0 }, x2: { value: 'width' }, y },
    },
    {
      data: { values: [{ label }] },
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
