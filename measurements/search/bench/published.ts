// What one search of any procedure ends with.

export interface Published {
  /** null: none is published. */
  readonly ratePerSecond: number | null
  /** Where the truth is said to lie; null: not said. */
  readonly interval: { readonly low: number; readonly high: number } | null
  readonly seconds: number
  readonly state: string
}
