// How long a loop leaves alone who does not answer.

const MAX_BACK_OFF_MS = 10_000

/** Doubling from `paceMs`, with jitter so that several loops do not knock together. */
export function backOffMs(paceMs: number, failures: number): number {
  return Math.min(paceMs * 2 ** Math.min(failures, 10), MAX_BACK_OFF_MS) * (0.5 + Math.random() / 2)
}
