// Question: at which rate does p99 pass its target, and how much of it is waiting for a turn?
// From the intended start is what a user waits; the service time alone hides the queue (coordinated omission).

import type { FlowCurve } from '../../contracts/capacity.ts'
import { compact, ms } from '../quantity.ts'
import { type Chart, COLOURS, frame, legendOf } from './chart.ts'
import { limitLayers } from './limit-line.ts'
import { rateAxis, rateMarkers } from './rate-axis.ts'

const TICKS_MS = [1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000, 100_000]

export const LATENCY_SERIES = ['from intended start', 'service time'] as const

export function latencyChart(flow: FlowCurve): Chart {
  const values = flow.points.flatMap((point) => {
    const both = [point.p99Ms, point.serviceP99Ms] as const
    return both.flatMap((p99Ms, at) =>
      p99Ms === null || p99Ms <= 0
        ? []
        : [
            {
              offered: point.offeredPerSecond,
              p99Ms,
              series: LATENCY_SERIES[at],
              p99Text: ms(p99Ms),
              offeredText: `${compact(point.offeredPerSecond)}/s`,
            },
          ],
    )
  })
  const description = `${flow.flow}: p99 against offered rate, from the intended start and as service time, with the target of ${ms(flow.targetP99Ms)}.`
  const x = rateAxis(flow)
  const y = {
    field: 'p99Ms',
    type: 'quantitative',
    title: 'p99 (logarithmic)',
    // Room above the target for its own words.
    scale: { type: 'log', nice: true, domainMax: 2 * Math.max(flow.targetP99Ms, ...values.map(({ p99Ms }) => p99Ms)) },
    axis: { values: TICKS_MS, labelExpr: "datum.value < 1000 ? datum.value + ' ms' : datum.value / 1000 + ' s'" },
  } as const
  const series = {
    field: 'series',
    type: 'nominal',
    title: null,
    legend: { ...legendOf(2), symbolType: 'stroke', symbolSize: 300 },
  } as const
  return {
    id: `latency-${flow.flow}`,
    title: 'p99 against the target',
    description,
    spec: {
      ...frame(description, 280),
      data: { values },
      layer: [
        ...rateMarkers(flow),
        {
          mark: { type: 'line', strokeWidth: 2, point: { filled: true, size: 40 } },
          encoding: {
            x,
            y,
            color: { ...series, scale: { domain: [...LATENCY_SERIES], range: [COLOURS.main, COLOURS.second] } },
            strokeDash: {
              ...series,
              scale: {
                domain: [...LATENCY_SERIES],
                range: [
                  [1, 0],
                  [5, 3],
                ],
              },
            },
            tooltip: [
              { field: 'offeredText', title: 'offered' },
              { field: 'series', title: 'measured' },
              { field: 'p99Text', title: 'p99' },
            ],
          },
        },
        ...limitLayers(flow.targetP99Ms, `target ${ms(flow.targetP99Ms)}`),
      ],
    },
  }
}
