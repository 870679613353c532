// How much longer requests take when processors are shared: ÷ (1 − ρ^c). Exact for the mean of M/M/1 and M/M/2, close for
// more (H. Sakasegawa, 1977), and for one server exact for every percentile.

const FULLEST = 0.98

export function queueGrowth(utilisation: number, cores: number): number {
  return 1 / (1 - Math.min(FULLEST, utilisation) ** cores)
}

/** The utilisation at which what takes `idleMs` on an idle machine takes the target; null: it takes that long already. */
export function utilisationAt(idleMs: number, targetMs: number, cores: number): number | null {
  return idleMs < targetMs ? (1 - idleMs / targetMs) ** (1 / cores) : null
}
