// What a check found wrong: how often, where, and samples to look at.

export const CHECK_NAMES = [
  'counts',
  'shard-routing',
  'order-ids',
  'books',
  'width',
  'search-index',
  'keys',
  'skew',
  'catalogue',
  'schema',
] as const
export type CheckName = (typeof CHECK_NAMES)[number]

export interface Finding {
  readonly check: CheckName
  /** The table or index. */
  readonly where: string
  /** What is wrong, as a sentence without its count. */
  readonly what: string
  readonly count: number
  /** At most MAX_SAMPLES. */
  readonly samples: readonly string[]
}

export const MAX_SAMPLES = 5
