// What one search may do.

export interface SearchPlan {
  /** What is offered together; a single flow is a mix of one. */
  readonly flows: Readonly<Record<string, SearchedFlow>>
  /** null: nobody claims a rate; the search starts at once. */
  readonly claimRatePerSecond: number | null
  /** Of the first probe: about half of what the system is thought to carry. */
  readonly startRatePerSecond: number
  /** Below it no rate is of use. */
  readonly lowestRatePerSecond: number
  /** What the generator can offer at most. */
  readonly highestRatePerSecond: number
  /** Of load, the starts of the generator included. */
  readonly budgetSeconds: number
  /** Of a hold before its first block: the process starts, users dial, queues fill. */
  readonly overheadSeconds: number
}

export interface SearchedFlow {
  /** Of all requests. */
  readonly share: number
  /** Of its p99. */
  readonly targetSeconds: number
  /** Share of its answers that may be errors. */
  readonly errorRateTarget: number
}
