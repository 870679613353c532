// Runs test (Wald & Wolfowitz 1940): do residuals change sign as often as chance would have them?

export interface SignRuns {
  readonly runs: number
  /** P(this few runs or fewer by chance); null when all signs agree or there are none. */
  readonly pValue: number | null
}

export function signRuns(residuals: readonly number[]): SignRuns {
  const signs = residuals.filter((residual) => residual !== 0).map((residual) => residual > 0)
  const positive = signs.filter(Boolean).length
  const negative = signs.length - positive
  const runs = signs.filter((sign, i) => i === 0 || sign !== signs[i - 1]).length
  if (positive === 0 || negative === 0) return { runs, pValue: null }
  let pValue = 0
  for (let r = 2; r <= runs; r++) pValue += runsProbability(r, positive, negative)
  return { runs, pValue: Math.min(1, pValue) }
}

/** Exactly r runs among the C(p+q, p) equally likely orders. */
function runsProbability(r: number, p: number, q: number): number {
  const all = logChoose(p + q, p)
  const half = Math.floor(r / 2)
  const ways = (a: number, b: number): number => Math.exp(logChoose(p - 1, a - 1) + logChoose(q - 1, b - 1) - all)
  return r % 2 === 0 ? 2 * ways(half, half) : ways(half + 1, half) + ways(half, half + 1)
}

function logChoose(n: number, k: number): number {
  if (k < 0 || k > n) return Number.NEGATIVE_INFINITY
  let log = 0
  for (let i = 1; i <= Math.min(k, n - k); i++) log += Math.log((n - i + 1) / i)
  return log
}
