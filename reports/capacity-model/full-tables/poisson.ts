// P(K ≤ n) of a Poisson number: of a user's orders, how many are newer than a moment.

export function atMost(n: number, mean: number): number {
  if (n < 0) return 0
  let term = Math.exp(-mean)
  let sum = term
  for (let k = 1; k <= n; k++) {
    term *= mean / k
    sum += term
  }
  return Math.min(1, sum)
}
