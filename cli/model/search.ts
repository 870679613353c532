// Op `search`: the operating point.

import { searchOperatingPoint } from '../../reports/capacity-model/slo-search.ts'
import { defineOp } from './op.ts'
import { list, number, optional, positive, record } from './shape.ts'
import { SEED } from './shared-fields.ts'

const share = number({ atLeast: 0, atMost: 1 })

export const op = defineOp({
  about: `From steady steps of rising load to the bracket [lastPass, firstFail] of offered
rates. A step passes when p99 and error rate are within the targets, at least 99
% of the offered rate was achieved and nothing was dropped; a rate passes when
every repeat of it does. A generator above 80 % CPU measured itself; passes
above a failure are inconclusive.`,
  example: {
    steps: [
      { offered: 100, achieved: 100, p99Seconds: 0.08, errorRate: 0, dropped: 0, generatorCpu: 0.2, serverCpu: 0.4 },
      { offered: 200, achieved: 200, p99Seconds: 0.14, errorRate: 0, dropped: 0, generatorCpu: 0.3, serverCpu: 0.7 },
      {
        offered: 300,
        achieved: 291,
        p99Seconds: 0.9,
        errorRate: 0.002,
        dropped: 12,
        generatorCpu: 0.4,
        serverCpu: 0.98,
      },
    ],
    targets: { p99Seconds: 0.2, errorRate: 0.001 },
  },
  shape: record({
    steps: list(
      record({
        offered: positive(),
        achieved: number({ atLeast: 0 }),
        p99Seconds: number({ atLeast: 0 }),
        errorRate: share,
        dropped: number({ atLeast: 0 }),
        generatorCpu: optional(share),
        serverCpu: optional(share),
      }),
      { atLeast: 1, atMost: 10_000 },
    ),
    targets: record({ p99Seconds: positive(), errorRate: share }),
    seed: SEED,
  }),
  answer: searchOperatingPoint,
})
