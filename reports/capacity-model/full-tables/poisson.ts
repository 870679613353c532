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

/** E min(1 + K, limit): orders on the first page of a user who has at least one. */
export function listedOrders(mean: number, limit: number): number {
  let listed = 0
  for (let already = 0; already < limit; already++) listed += 1 - atMost(already - 1, mean)
  return listed
}
