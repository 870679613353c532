// Op `elastic`: Elasticsearch shards.

import {
  elasticShards,
  LUCENE_MAX_DOCUMENTS,
  MAX_SHARD_BYTES,
  MAX_SHARD_DOCUMENTS,
} from '../../reports/capacity-model/elastic-shards.ts'
import { defineOp } from './op.ts'
import { count, number, positive, record, withDefault } from './shape.ts'
import { SEED } from './shared-fields.ts'

export const op = defineOp({
  about: `Monthly indices for a total of documents growing by monthlyGrowth: primaries per
index by size and by documents, the larger counting, with Elastic's own limits
as defaults (50 GB and 200 M documents a shard; Lucene ends at 2 147 483 519).
bytesPerDocument is the indexed size on disk of one copy: measure it.`,
  example: {
    documents: 3_200_000_000,
    months: 12,
    monthlyGrowth: 0.03,
    bytesPerDocument: 300,
    replicas: 1,
    maxShardBytes: 50_000_000_000,
    maxShardDocuments: 200_000_000,
  },
  shape: record({
    documents: count({ atLeast: 0 }),
    months: withDefault(count({ atMost: 1200 }), 1),
    monthlyGrowth: withDefault(number({ above: -1, atMost: 10 }), 0),
    bytesPerDocument: positive({ atMost: 1e9 }),
    replicas: withDefault(count({ atLeast: 0, atMost: 100 }), 1),
    maxShardBytes: withDefault(positive({ atLeast: 1 }), MAX_SHARD_BYTES),
    maxShardDocuments: withDefault(count({ atMost: LUCENE_MAX_DOCUMENTS }), MAX_SHARD_DOCUMENTS),
    seed: SEED,
  }),
  answer: elasticShards,
})
