// Buffer pool: the share of page requests it answers, and what a scaled-down twin gets wrong about it.

export interface PoolSize {
  readonly pages: number
  readonly poolPages: number
}

export interface CacheQuestion extends PoolSize {
  /** Exponent of the page popularity, p(i) ∝ 1/iˢ; 0 is uniform. Estimate it from a trace, never assume it. */
  readonly zipf: number
  /** A smaller copy of the data with a smaller pool. */
  readonly twin?: PoolSize
}

export interface CacheTwin {
  readonly hitRatio: number
  /** Twin minus full size. */
  readonly bias: number
  /** The twin's pool that would hit as often as the full size does. */
  readonly correctedPoolPages: number
}

export interface CacheAnswer {
  readonly method: string
  readonly hitRatio: number
  /** Holding the most popular pages for ever: no policy does better under independent requests. */
  readonly upperBoundHitRatio: number
  readonly twin?: CacheTwin
}
