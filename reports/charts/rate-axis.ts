// The x axis that throughput and latency share: offered rate, with the operating point's bracket, the ordinary rate and
// the peak second on it. A peak far beyond what was measured is named at the edge, not drawn to scale.

import type { FlowCurve } from '../../contracts/capacity.ts'
import { perSecond } from '../quantity.ts'
import { COLOURS, type Layer } from './chart.ts'

interface Scale {
  domain: string[]
  range: string[]
}

export const OUTCOME_NAMES = {
  pass: 'met every target',
  fail: 'missed a target',
  undecided: 'probe, or undecided',
  invalid: 'cannot be judged',
} as const

export const OUTCOME_SCALE: Scale = {
  domain: Object.values(OUTCOME_NAMES),
  range: [COLOURS.pass, COLOURS.fail, COLOURS.second, COLOURS.invalid],
}

export const OUTCOME_SHAPES: Scale = {
  domain: Object.values(OUTCOME_NAMES),
  range: ['circle', 'cross', 'diamond', 'triangle-up'],
}

export function rateEnd(flow: FlowCurve): number {
  const highest = flow.points.reduce((most, { offeredPerSecond }) => Math.max(most, offeredPerSecond), 1)
  const marks = marksOf(flow).flatMap(({ offered }) => (offered <= 1.5 * highest ? [offered] : []))
  return Math.max(highest, ...marks) * 1.08
}

export function rateAxis(flow: FlowCurve) {
  return {
    field: 'offered',
    type: 'quantitative' as const,
    title: 'offered rate, per second',
    scale: { domain: [0, rateEnd(flow)], nice: false },
    axis: { grid: false, tickCount: 6, format: ',~r' },
  }
}

/** Layers behind the data: bracket, ordinary rate, peak second. */
export function rateMarkers(flow: FlowCurve): Layer[] {
  const x = rateAxis(flow)
  const end = rateEnd(flow)
  const marks = marksOf(flow)
  const onAxis = marks.filter(({ offered }) => offered <= end)
  const bracket =
    flow.lastPassPerSecond !== null && flow.firstFailPerSecond !== null
      ? [
          {
            offered: flow.lastPassPerSecond,
            to: flow.firstFailPerSecond,
            label: 'operating point: between last pass and first fail',
          },
        ]
      : []
  return [
    {
      data: { values: bracket },
      mark: { type: 'rect', color: COLOURS.invalid, opacity: 0.16 },
      encoding: { x, x2: { field: 'to' }, tooltip: [{ field: 'label', title: 'bracket' }] },
    },
    {
      data: { values: onAxis },
      mark: { type: 'rule', color: COLOURS.marker, strokeDash: [2, 3], opacity: 0.6 },
      encoding: { x },
    },
    ...marks.map((mark, row) => markLabel(mark, row, end)),
  ]
}

/** What the plan asks for, where it does. */
function marksOf({ ordinaryPerSecond, peakPerSecond }: FlowCurve) {
  return [
    ...(ordinaryPerSecond === null
      ? []
      : [{ offered: ordinaryPerSecond, label: `ordinary ${perSecond(ordinaryPerSecond)}` }]),
    ...(peakPerSecond === null ? [] : [{ offered: peakPerSecond.mid, label: `peak ${perSecond(peakPerSecond.mid)}` }]),
  ]
}

/** Each mark has its own line of text: on the side of its rule that has room, or at the edge when it lies beyond. */
function markLabel({ offered, label }: { offered: number; label: string }, row: number, end: number): Layer {
  const beyond = offered > end
  const leftOfRule = offered > end / 2
  return {
    data: { values: [{ offered, label: beyond ? `${label} →` : label }] },
    mark: {
      type: 'text',
      align: leftOfRule ? 'right' : 'left',
      baseline: 'top',
      dx: beyond ? 0 : leftOfRule ? -4 : 4,
      fontWeight: beyond ? 'bold' : 'normal',
      color: beyond ? COLOURS.marker : COLOURS.text,
    },
    encoding: {
      x: beyond ? { value: 'width' } : { field: 'offered', type: 'quantitative' },
      y: { value: 18 - 16 * row },
      text: { field: 'label' },
    },
  }
}
