// Question: does the p99 of one rate grow with the rows of the table, and did the rungs below say so?

import type { Ladder, LadderFlow, RungPool } from '../../contracts/ladder.ts'
import { ms, perSecond } from '../quantity.ts'
import { type Chart, frame } from './chart.ts'
import { type RungPoint, rungLayers, rungPoints, rungsText } from './rows-axis.ts'

export function rowsLatencyChart(ladder: Ladder, flow: LadderFlow): Chart {
  const points = rungPoints(ladder, (pool) => p99Point(pool, flow))
  const rate = ladder.rates[flow]?.commonPerSecond ?? null
  const at = rate === null ? '' : ` at ${perSecond(rate)}`
  const description = `${flow}: p99${at} against rows in the table, from repeat to repeat. ${rungsText(points, ms)}.`
  return {
    id: `rows-latency-${flow}`,
    title: `p99${at}, against rows`,
    description,
    spec: { ...frame(description, 260), layer: rungLayers({ ladder, points, yTitle: 'p99, ms', text: ms }) },
  }
}

function p99Point({ flows, predicted }: RungPool, flow: LadderFlow): Omit<RungPoint, 'rows' | 'pool'> | null {
  const repeats = (flows[flow]?.common?.repeats ?? []).flatMap(({ p99Ms, invalid }) =>
    p99Ms === null || invalid.length > 0 ? [] : [p99Ms],
  )
  if (repeats.length === 0) return null
  const value = repeats.reduce((sum, p99Ms) => sum + p99Ms, 0) / repeats.length
  const before = predicted[flow]?.p99Ms ?? null
  return { value, low: Math.min(...repeats), high: Math.max(...repeats), predicted: before }
}
