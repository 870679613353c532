// Op `steady`: warm-up.

import { mser5 } from '../../reports/capacity-model/mser5.ts'
import { defineOp } from './op.ts'
import { list, number, record } from './shape.ts'
import { SEED } from './shared-fields.ts'

/** A start 80 too high that fades, on a ripple: what MSER-5 was made for. */
const warmUp = Array.from({ length: 60 }, (_, i) =>
  Number((20 + 80 * Math.exp(-i / 5) + 3 * Math.sin(0.7 * i)).toFixed(3)),
)

export const op = defineOp({
  about: `MSER-5: how many observations at the start to leave out so that the mean of the
rest is most certain (in batches of five). When leaving out half still helps,
the series drifts and has no steady state: refused, with no mean.`,
  example: { series: warmUp },
  shape: record({ series: list(number(), { atMost: 1_000_000 }), seed: SEED }),
  answer: mser5,
})
