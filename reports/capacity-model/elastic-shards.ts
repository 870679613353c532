// Elasticsearch shards for monthly indices: by size and by documents, the larger counts.
// https://www.elastic.co/docs/deploy-manage/production-guidance/optimize-performance/size-shards: 10–50 GB and at most
// 200 M documents a shard; "20 shards per GB of heap" was retired in 8.3. Benchmark with your own documents.

import type { ElasticAnswer, ElasticQuestion } from '../../contracts/capacity-model/elastic.ts'

export const MAX_SHARD_BYTES = 50e9
export const MAX_SHARD_DOCUMENTS = 200e6
/** Lucene's hard limit, deleted documents included. */
export const LUCENE_MAX_DOCUMENTS = 2_147_483_519

export function elasticShards(question: ElasticQuestion): ElasticAnswer {
  const { bytesPerDocument, maxShardBytes, maxShardDocuments } = question
  const indices = documentsByMonth(question).map((documents, i) => {
    const bytes = documents * bytesPerDocument
    const primaries = Math.max(1, shardsFor(bytes, maxShardBytes), shardsFor(documents, maxShardDocuments))
    return { month: i + 1, documents, bytes, primaries }
  })
  const primaries = indices.reduce((sum, index) => sum + index.primaries, 0)
  const copies = 1 + question.replicas
  return {
    indices,
    primaries,
    shards: primaries * copies,
    totalBytes: question.documents * bytesPerDocument * copies,
    singleIndexPrimaries: {
      bySize: Math.max(1, shardsFor(question.documents * bytesPerDocument, maxShardBytes)),
      byDocuments: Math.max(1, shardsFor(question.documents, maxShardDocuments)),
    },
  }
}

function shardsFor(amount: number, limit: number): number {
  return Math.ceil((amount / limit) * (1 - 1e-12))
}

/** Whole documents per month that sum to the total: differences of the rounded running sum of a geometric series. */
function documentsByMonth({ documents, months, monthlyGrowth }: ElasticQuestion): readonly number[] {
  const rate = Math.log1p(monthlyGrowth)
  const shareBy = (month: number): number => {
    if (Math.abs(rate) < 1e-12) return month / months
    // Two ways to write the same share; each keeps its exponentials below 1 for one sign of the growth.
    if (rate < 0) return Math.expm1(rate * month) / Math.expm1(rate * months)
    return (Math.exp(rate * (month - months)) * Math.expm1(-rate * month)) / Math.expm1(-rate * months)
  }
  const runningSum = (month: number): number => (month === months ? documents : Math.round(documents * shareBy(month)))
  return Array.from({ length: months }, (_, i) => runningSum(i + 1) - runningSum(i))
}
