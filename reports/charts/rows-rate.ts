// Question: does the highest rate that meets the targets fall with the rows of the table, and did the rungs below say so?

import type { Ladder, LadderFlow, RungPool } from '../../contracts/ladder.ts'
import { perSecond } from '../quantity.ts'
import { type Chart, frame } from './chart.ts'
import { type RungPoint, rungLayers, rungPoints, rungsText } from './rows-axis.ts'

export function rowsRateChart(ladder: Ladder, flow: LadderFlow): Chart {
  const points = rungPoints(ladder, (pool) => ratePoint(pool, flow))
  const description = `${flow}: the highest rate that meets the targets against rows in the table, with its 95 % interval. ${rungsText(points, perSecond)}.`
  return {
    id: `rows-rate-${flow}`,
    title: 'Highest rate within the targets, against rows',
    description,
    spec: {
      ...frame(description, 260),
      layer: rungLayers({ ladder, points, yTitle: 'requests per second', text: perSecond }),
    },
  }
}

function ratePoint({ flows, predicted }: RungPool, flow: LadderFlow): Omit<RungPoint, 'rows' | 'pool'> | null {
  const highest = flows[flow]?.highest ?? null
  if (highest === null) return null
  const { ratePerSecond: value, low, high } = highest
  return { value, low, high: high ?? value, predicted: predicted[flow]?.ratePerSecond ?? null }
}
