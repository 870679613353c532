// Op `mmc`: one station, several servers, open arrivals.

import { MMC_STATISTICS } from '../../contracts/capacity-model/queueing.ts'
import { answerMmc } from '../../reports/capacity-model/mmc.ts'
import { defineOp } from './op.ts'
import { count, list, number, oneOf, positive, record, tooMuchWork, withDefault } from './shape.ts'
import { SEED } from './shared-fields.ts'

/** Arrival rates tried by the bisection for one target. */
const RATES_PER_TARGET = 60
/** Steps of Erlang's recursion, one per server and rate. */
const MOST_STEPS = 5e7

export const op = defineOp({
  about: `Poisson arrivals at c identical servers with exponential service (M/M/c): how
long requests take, and the highest arrival rate that keeps a mean, p95 or p99
within a target. Arrivals beyond the servers have no steady state: refused.`,
  example: {
    servers: 4,
    serviceSeconds: 0.01,
    arrivalRates: [300, 360, 400],
    targets: [{ statistic: 'p99', seconds: 0.1 }],
  },
  shape: record({
    servers: count({ atMost: 100_000 }),
    serviceSeconds: positive(),
    arrivalRates: withDefault(list(number({ atLeast: 0 }), { atMost: 1000 }), []),
    targets: withDefault(list(record({ statistic: oneOf(MMC_STATISTICS), seconds: positive() }), { atMost: 20 }), []),
    seed: SEED,
  }),
  mistakes: ({ servers, arrivalRates, targets }) => [
    ...tooMuchWork(
      `servers × (arrivalRates + ${RATES_PER_TARGET} × targets)`,
      servers * (arrivalRates.length + RATES_PER_TARGET * targets.length),
      MOST_STEPS,
    ),
  ],
  answer: answerMmc,
})
