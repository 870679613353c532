// Op `latency`: coordinated omission.

import { LATENCY_MODES } from '../../contracts/capacity-model/latency.ts'
import { correctLatency } from '../../reports/capacity-model/coordinated-omission.ts'
import { defineOp } from './op.ts'
import { count, list, number, oneOf, positive, record, tooMuchWork, withDefault } from './shape.ts'
import { SEED } from './shared-fields.ts'

/** Each percentile is a bisection over all segments. */
const MOST_LOOKUPS = 20_000

export const op = defineOp({
  about: `Percentiles as recorded, and as arrivals every expectedIntervalSeconds would
have seen them. A closed generator waits for a slow answer and so leaves out the
requests that would have been slow too; each latency v then stands also for v −
interval, v − 2·interval, … (HdrHistogram's correction). An open generator needs
none, but must not drop arrivals. A percentile beyond which the requests put
less than one is null, with its reason in percentileReasons; one that fewer
requests than a 95 % bound needs stand behind is answered and warned of.`,
  example: {
    segments: [
      { count: 10_000, seconds: 0.001 },
      { count: 1, seconds: 100 },
    ],
    expectedIntervalSeconds: 0.01,
    mode: 'closed',
    percentiles: [50, 75, 99],
  },
  shape: record({
    segments: list(record({ count: count({ atMost: 1e12 }), seconds: number({ atLeast: 0, atMost: 1e9 }) }), {
      atLeast: 1,
    }),
    expectedIntervalSeconds: positive({ atLeast: 1e-9 }),
    mode: oneOf(LATENCY_MODES),
    droppedIterations: withDefault(count({ atLeast: 0 }), 0),
    percentiles: list(number({ above: 0, below: 100 }), { atMost: 100 }),
    seed: SEED,
  }),
  mistakes: ({ segments, percentiles }) => [
    ...tooMuchWork('segments × percentiles', segments.length * percentiles.length, MOST_LOOKUPS),
  ],
  answer: correctLatency,
})
