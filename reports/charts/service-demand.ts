// Question: where does the CPU of one request go, and which component is full first?

import type { FlowBottleneck } from '../../contracts/capacity.ts'
import { ms, percent, significant } from '../quantity.ts'
import { type Chart, COLOURS, frame } from './chart.ts'

export function serviceDemandChart(bottlenecks: readonly FlowBottleneck[]): Chart {
  const measured = bottlenecks.filter(({ rows }) => rows.length > 0)
  const values = measured.flatMap(({ flow, rows }) =>
    rows.map(({ component, demandMs, utilisation }) => ({
      flow,
      component,
      demandMs,
      demandText: `${ms(demandMs)} per request`,
      utilisationText: percent(utilisation),
    })),
  )
  const components = [...new Set(values.map(({ component }) => component))].toSorted()
  const totals = measured.map(({ flow }) => {
    const total = values.filter((value) => value.flow === flow).reduce((sum, { demandMs }) => sum + demandMs, 0)
    return `${flow} ${significant(total)} ms`
  })
  const description = `CPU milliseconds per request by component, one bar per flow. In all: ${totals.join(', ')}.`
  return {
    id: 'service-demand',
    title: 'CPU per request, by component',
    description,
    spec: {
      ...frame(description, 60 + 44 * measured.length),
      data: { values },
      mark: { type: 'bar' },
      encoding: {
        y: {
          field: 'flow',
          type: 'nominal',
          title: null,
          axis: { ticks: false, domain: false },
          scale: { paddingInner: 0.35 },
        },
        x: { field: 'demandMs', type: 'quantitative', title: 'CPU ms per request', axis: { tickCount: 6 } },
        color: {
          field: 'component',
          type: 'nominal',
          title: null,
          scale: {
            domain: components,
            range: components.map((_, at) => COLOURS.categories[at % COLOURS.categories.length] ?? COLOURS.main),
          },
          legend: { columns: 3 },
        },
        tooltip: [
          { field: 'flow', title: 'flow' },
          { field: 'component', title: 'component' },
          { field: 'demandText', title: 'CPU' },
          { field: 'utilisationText', title: 'busy' },
        ],
      },
    },
  }
}
