// Question: up to which offered rate does the machine keep pace?

import type { CapacityPoint, FlowCurve } from '../../contracts/capacity.ts'
import { bracketText } from '../bracket.ts'
import { compact, percent } from '../quantity.ts'
import { type Chart, COLOURS, frame, legendOf } from './chart.ts'
import { OUTCOME_NAMES, OUTCOME_SCALE, OUTCOME_SHAPES, rateAxis, rateEnd, rateMarkers } from './rate-axis.ts'

export function throughputChart(flow: FlowCurve): Chart {
  const end = rateEnd(flow)
  const values = flow.points.map((point) => ({
    offered: point.offeredPerSecond,
    good: point.goodPerSecond,
    outcome: OUTCOME_NAMES[point.outcome],
    offeredText: `${compact(point.offeredPerSecond)}/s`,
    goodText: `${compact(point.goodPerSecond)}/s${shareOf(point)}`,
  }))
  const description = `${flow.flow}: right answers against offered rate in ${values.length} steps; ${bracketText(flow) ?? 'no step decided anything'}.`
  const x = rateAxis(flow)
  const y = {
    field: 'good',
    type: 'quantitative' as const,
    title: 'right answers, per second',
    // Room for the names of the marks above the highest point.
    scale: { domain: [0, end * 1.2], nice: false },
    axis: { tickCount: 6, format: ',~r' },
  }
  const legend = legendOf(4)
  return {
    id: `throughput-${flow.flow}`,
    title: 'Offered, and answered rightly',
    description,
    spec: {
      ...frame(description, 280),
      data: { values },
      layer: [
        ...rateMarkers(flow),
        {
          data: {
            values: [
              { offered: 0, good: 0 },
              { offered: end, good: end },
            ],
          },
          mark: { type: 'line', color: COLOURS.text, opacity: 0.45, strokeDash: [4, 4] },
          encoding: { x, y },
        },
        { mark: { type: 'line', color: COLOURS.main, strokeWidth: 2 }, encoding: { x, y } },
        {
          mark: { type: 'point', filled: true, size: 80, opacity: 1 },
          encoding: {
            x,
            y,
            color: { field: 'outcome', type: 'nominal', title: null, scale: OUTCOME_SCALE, legend },
            shape: { field: 'outcome', type: 'nominal', title: null, scale: OUTCOME_SHAPES, legend },
            tooltip: [
              { field: 'offeredText', title: 'offered' },
              { field: 'goodText', title: 'right answers' },
              { field: 'outcome', title: 'step' },
            ],
          },
        },
      ],
    },
  }
}

/** A step that was stopped before it began offered nothing. */
function shareOf({ goodPerSecond, offeredPerSecond }: CapacityPoint): string {
  return offeredPerSecond > 0 ? ` (${percent(goodPerSecond / offeredPerSecond)} of it)` : ''
}
