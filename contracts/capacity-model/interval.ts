// Words every law of the capacity model shares: how sure it is, and how it says no.

/** Between `low` and `high` with `confidence` (0 … 1). */
export interface ConfidenceInterval {
  readonly low: number
  readonly high: number
  readonly confidence: number
}

/** What cannot be known, or does not exist, is a value with a reason, never a number. */
export interface Refused {
  readonly refused: { readonly reason: string; readonly message: string; readonly needed?: number }
}

/** A planner's uncertain input or result: the three cases that are carried through a calculation. */
export interface Cases {
  readonly low: number
  readonly mid: number
  readonly high: number
}

/** A span without a probability attached: it is what the facts allow, not a confidence interval. */
export interface Span {
  readonly low: number
  readonly high: number
}
