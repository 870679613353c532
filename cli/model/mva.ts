// Op `mva`: a closed system by mean value analysis.

import { solveMva } from '../../reports/capacity-model/mva.ts'
import { defineOp } from './op.ts'
import { count, list, number, record, repeatedNames, text, tooMuchWork, withDefault } from './shape.ts'
import { SEED } from './shared-fields.ts'

/** Utilisations and queues in the answer; each costs a bisection when the method is approximate. */
const MOST_RESULTS = 50_000

export const op = defineOp({
  about: `N users who wait for each answer and think before the next request. Exact mean
value analysis, also for stations with several servers, at every population it
is affordable for; larger ones get Schweitzer's approximation. Each result says
which it is. Demands are seconds of a resource per request over all visits: take
them from op demand, never from response times.`,
  example: {
    demands: [
      { name: 'cpu', seconds: 2 },
      { name: 'disk', seconds: 3 },
      { name: 'net', seconds: 1 },
    ],
    thinkSeconds: 4,
    populations: [1, 20],
  },
  shape: record({
    demands: list(
      record({ name: text(), seconds: number({ atLeast: 0 }), servers: withDefault(count({ atMost: 1e6 }), 1) }),
      {
        atLeast: 1,
        atMost: 1000,
      },
    ),
    thinkSeconds: withDefault(number({ atLeast: 0 }), 0),
    populations: list(count(), { atLeast: 1, atMost: 10_000 }),
    seed: SEED,
  }),
  mistakes: ({ demands, populations }) => [
    ...repeatedNames(demands, 'demands'),
    ...tooMuchWork('demands × populations', demands.length * populations.length, MOST_RESULTS),
    ...demands.flatMap(({ seconds }, i) =>
      seconds > 0 && seconds < 1e-12 ? [`demands[${i}].seconds: below 1e-12`] : [],
    ),
  ],
  answer: solveMva,
})
