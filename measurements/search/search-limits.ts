// What a search spends, and when it has enough.

export const LIMITS = {
  /** A hold that is to judge is so many blocks: 40 s. */
  confirmBlocks: 8,
  /** The last one, where the budget ends. */
  fewestConfirmBlocks: 4,
  claimBlocks: 8,
  /** Of the claim where the whole budget is short. */
  claimBlocksInShortBudget: 4,
  shortBudgetSeconds: 120,
  fewestProbes: 3,
  locateSeconds: 45,
  /** Located: a standard deviation of ln rate. */
  locatedSpread: 0.06,
  /** A climb may not leap into the unknown. */
  stepFactor: 1.35,
  /** The start is about half of what the system is thought to carry, by the few users of a warm-up. */
  thoughtOfStart: 2,
  /** Of a climb beyond that, while hardly anything is late. */
  climbFactor: 2,
  /** Confirming holds stand a little below and a little above the operating point, where shares tell most about it. */
  aside: { least: 0.02, most: 0.05 },
  /** So far below the interval's low end a hold stands that is to pass. */
  belowEnd: 0.99,
  /** Interval's high ÷ low at which to stop, and up to which an operating point is stated. */
  enough: 1.16,
  narrow: 1.25,
  /** Confirming holds stand that close to the operating point, so that their errors are its errors. */
  nearby: 1.05,
  /** Each confirming hold ends with a look; the simulation's coverage is with so many. */
  mostConfirms: 5,
  straddling: 2,
  fewestConfirms: 3,
  /** Fewer holds near the operating point carry no number, whatever the probes say. */
  fewestNear: 2,
  /** A rate at which something came between is repeated so often. */
  repeats: 2,
  /** Before the first repeat; twice as long before the second. */
  restSeconds: 10,
} as const
