// Question: does more concurrency still bring more throughput, and where would it stop to?

import type { CapacityFit, FlowCurve } from '../../contracts/capacity.ts'
import { compact, perSecond, significant } from '../quantity.ts'
import { type Chart, COLOURS, frame } from './chart.ts'

export function concurrencyFitChart({ flow }: FlowCurve, fit: CapacityFit): Chart {
  const description = `${flow}: throughput against requests in flight; the fitted curve peaks at ${perSecond(fit.peakThroughputPerSecond)} with ${significant(fit.atConcurrency)} in flight; the band is where one more step would fall.`
  const band = fit.curve.flatMap(({ concurrency, interval }) =>
    interval === null ? [] : [{ concurrency, low: interval.low, high: interval.high }],
  )
  const x = {
    field: 'concurrency',
    type: 'quantitative',
    title: 'requests in flight (mean)',
    axis: { grid: false, tickCount: 8 },
  } as const
  const y = { field: 'throughputPerSecond', type: 'quantitative', title: 'throughput, per second' } as const
  return {
    id: `fit-${flow}`,
    title: 'Throughput by concurrency, fitted',
    description,
    spec: {
      ...frame(description, 280),
      layer: [
        {
          data: { values: band },
          mark: { type: 'area', color: COLOURS.second, opacity: 0.14 },
          encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' } },
        },
        {
          data: {
            values: fit.curve.map(({ concurrency, throughputPerSecond }) => ({ concurrency, throughputPerSecond })),
          },
          mark: { type: 'line', color: COLOURS.second, strokeDash: [5, 3] },
          encoding: { x, y: { ...y, axis: { tickCount: 6, format: ',~r' } } },
        },
        {
          data: {
            values: fit.points.map((point) => ({
              ...point,
              inFlight: significant(point.concurrency),
              rate: `${compact(point.throughputPerSecond)}/s`,
            })),
          },
          mark: { type: 'point', filled: true, size: 70, opacity: 1, color: COLOURS.main },
          encoding: {
            x,
            y,
            tooltip: [
              { field: 'inFlight', title: 'in flight' },
              { field: 'rate', title: 'throughput' },
            ],
          },
        },
      ],
    },
  }
}
