// Op `usl-eval`: the USL of given coefficients.

import { evaluateUsl } from '../../reports/capacity-model/usl-shape.ts'
import { defineOp } from './op.ts'
import { list, number, positive, record, withDefault } from './shape.ts'
import { SEED } from './shared-fields.ts'

export const op = defineOp({
  about: `What three coefficients imply, without data and therefore without intervals:
peak √((1−alpha)/beta), ceiling gamma/alpha when beta = 0, throughput and
latency at a concurrency, and the concurrency below the peak that yields a
throughput (the smaller root; above the peak it is refused).`,
  example: { gamma: 995.6486, alpha: 0.02671591, beta: 7.690945e-4, at: [20, 35], throughputs: [11048, 13000] },
  shape: record({
    gamma: positive(),
    alpha: number({ atLeast: 0, atMost: 1 }),
    beta: number({ atLeast: 0 }),
    at: withDefault(list(number({ atLeast: 0 }), { atMost: 10_000 }), []),
    throughputs: withDefault(list(positive(), { atMost: 10_000 }), []),
    seed: SEED,
  }),
  answer: evaluateUsl,
})
