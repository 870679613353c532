// Trends that one odd value cannot make: medians and ranks, never sums.

/** Median of the slopes of all pairs: Sen, J. Am. Stat. Assoc. 63 (1968). */
export function theilSenSlope(values: readonly number[]): number {
  return median(pairs(values).map(({ earlier, later, distance }) => (later - earlier) / distance))
}

/** −1 every pair falls … 1 every pair rises: Kendall, Biometrika 30 (1938). */
export function kendallTau(values: readonly number[]): number {
  const all = pairs(values)
  return all.reduce((sum, { earlier, later }) => sum + Math.sign(later - earlier), 0) / all.length
}

function pairs(values: readonly number[]) {
  return values.flatMap((earlier, at) =>
    values.slice(at + 1).map((later, offset) => ({ earlier, later, distance: offset + 1 })),
  )
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const upper = sorted[sorted.length >> 1] ?? 0
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[(sorted.length >> 1) - 1] ?? upper)) / 2
}
