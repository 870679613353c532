// Elasticsearch shards for a growing set of documents in monthly indices.

export interface ElasticQuestion {
  /** Over all months. */
  readonly documents: number
  readonly months: number
  readonly monthlyGrowth: number
  readonly bytesPerDocument: number
  readonly replicas: number
  readonly maxShardBytes: number
  readonly maxShardDocuments: number
}

export interface MonthlyIndex {
  readonly month: number
  readonly documents: number
  readonly bytes: number
  readonly primaries: number
}

export interface ElasticAnswer {
  readonly indices: readonly MonthlyIndex[]
  readonly primaries: number
  /** Primaries and their copies. */
  readonly shards: number
  /** Of all copies. */
  readonly totalBytes: number
  /** What one index for everything would need by each limit; the larger of the two counts. */
  readonly singleIndexPrimaries: { readonly bySize: number; readonly byDocuments: number }
}
