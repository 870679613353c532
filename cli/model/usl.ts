// Op `usl`: fit the Universal Scalability Law.

import { USL_WEIGHTINGS } from '../../contracts/capacity-model/usl.ts'
import { fitUsl } from '../../reports/capacity-model/usl.ts'
import { defineOp } from './op.ts'
import { list, number, oneOf, positive, record, withDefault } from './shape.ts'
import { CONFIDENCE, SEED } from './shared-fields.ts'

export const op = defineOp({
  about: `Throughput against concurrency, X(N) = gamma·N / (1 + alpha(N−1) + beta·N(N−1)),
by least squares. "relative" weighting (the default) suits noise that grows with
throughput; "none" reproduces published fits. Intervals use Student's t with
n − 3 degrees of freedom, whatever is on a bound. A coefficient on its bound is
marked, and a beta of 0 has no peak. Predictions beyond the measured range carry
the error of the law itself; beyond twice the range they are marked.`,
  example: {
    points: [
      [1, 64.9],
      [18, 995.9],
      [36, 1652.4],
      [72, 1853.2],
      [108, 1828.9],
      [144, 1775.0],
      [216, 1702.2],
    ].map(([concurrency, throughput]) => ({ concurrency, throughput })),
    weighting: 'none',
    at: [50, 500],
    throughputs: [1500, 2000],
  },
  shape: record({
    points: list(record({ concurrency: positive(), throughput: positive() }), { atMost: 1000 }),
    weighting: withDefault(oneOf(USL_WEIGHTINGS), 'relative'),
    confidence: CONFIDENCE,
    at: withDefault(list(number({ atLeast: 0 }), { atMost: 500 }), []),
    throughputs: withDefault(list(positive(), { atMost: 500 }), []),
    seed: SEED,
  }),
  answer: fitUsl,
})
