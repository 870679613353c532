// Op `mmc`: one station, several servers, open arrivals.

import { MMC_STATISTICS } from '../../contracts/capacity-model/queueing.ts'
import { answerMmc } from '../../reports/capacity-model/mmc.ts'
import { defineOp } from './op.ts'
import { count, list, number, oneOf, positive, record, withDefault } from './shape.ts'
import { SEED } from './shared-fields.ts'

export const op = defineOp({
  about: `Poisson arrivals at c identical servers with exponential service (M/M/c): how long requests take, and the highest
arrival rate that keeps a mean, p95 or p99 within a target. Arrivals beyond the servers have no steady state: refused.`,
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
  answer: answerMmc,
})
