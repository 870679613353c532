// Op `shards`: rows per table.

import { shardSkew } from '../../reports/capacity-model/shard-skew.ts'
import { defineOp } from './op.ts'
import { count, flag, list, number, positive, record, tooMuchWork, withDefault } from './shape.ts'
import { SEED } from './shared-fields.ts'

/** Each replicate of a simulation asks every table about every limit. */
const MOST_TABLES = 50_000

export const op = defineOp({
  about: `Users spread over tables by id: mean and spread of a table's rows, the expected
fullest table, and the odds that one table, or any, holds more than a limit.
Normal while sums are normal; otherwise a seeded simulation, with rows per user
log-normal; heavyKeys are users known by their share of all rows. A simulation
states its replicates and standard errors. hashedIds: ids are random, not dense.`,
  example: {
    users: 64_000_000,
    shards: 64,
    meanRowsPerUser: 49.9,
    cvRowsPerUser: 1,
    limits: [50_000_000],
    heavyKeys: [],
  },
  shape: record({
    users: count({ atMost: 1e12 }),
    shards: count({ atMost: 16_384 }),
    meanRowsPerUser: positive({ atMost: 1e12 }),
    cvRowsPerUser: number({ atLeast: 0, atMost: 1000 }),
    hashedIds: withDefault(flag(), false),
    limits: withDefault(list(number({ atLeast: 0 }), { atMost: 100 }), []),
    heavyKeys: withDefault(list(record({ share: number({ atLeast: 0, atMost: 1 }) }), { atMost: 10_000 }), []),
    seed: SEED,
  }),
  mistakes: ({ heavyKeys, users, shards, limits }) => {
    const sum = heavyKeys.reduce((total, key) => total + key.share, 0)
    return [
      ...tooMuchWork('shards × limits', shards * limits.length, MOST_TABLES),
      ...(sum > 1 + 1e-9 ? [`heavyKeys: shares add up to ${sum}, more than all rows`] : []),
      ...(heavyKeys.length === users && sum < 1 - 1e-9
        ? [`heavyKeys: every user is named, but the shares add up to only ${sum}`]
        : []),
      ...(heavyKeys.length > users ? [`heavyKeys: ${heavyKeys.length} keys, but only ${users} users`] : []),
    ]
  },
  answer: shardSkew,
})
