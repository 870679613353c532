// Op `cache`: hit ratio of a buffer pool.

import { answerCache } from '../../reports/capacity-model/che.ts'
import { defineOp } from './op.ts'
import { count, number, optional, record } from './shape.ts'
import { SEED } from './shared-fields.ts'

const poolSize = { pages: count(), poolPages: count({ atLeast: 0 }) }

export const op = defineOp({
  about: `Share of page requests a buffer pool answers when page popularity follows Zipf's
law with exponent zipf (0 is uniform), by Che's approximation of LRU. With a
twin (smaller data, smaller pool): its hit ratio, how far that is from the full
size (bias = twin − full), and the pool the twin needs to hit as often. Estimate
zipf from a trace; do not assume it.`,
  example: { zipf: 0.99, pages: 1_000_000_000, poolPages: 100_000_000, twin: { pages: 1_000_000, poolPages: 100_000 } },
  shape: record({
    zipf: number({ atLeast: 0, atMost: 10 }),
    ...poolSize,
    twin: optional(record(poolSize)),
    seed: SEED,
  }),
  answer: answerCache,
})
