// The Universal Scalability Law itself: X(N) = γN / (1 + α(N−1) + βN(N−1)).
// N. Gunther, "Guerrilla Capacity Planning" (2007), eq. 4.31; B. Schwartz, "Practical Scalability Analysis with the USL".

import type { UslParameters } from '../../contracts/capacity-model/usl.ts'

/** How much longer one unit of work takes among N than alone; null where the formula leaves its domain (≤ 0). */
export function slowdownAt(usl: UslParameters, concurrency: number): number | null {
  const slowdown = rawSlowdown(usl.alpha, usl.beta, concurrency)
  return slowdown > 0 && Number.isFinite(slowdown) ? slowdown : null
}

/** 1 + α(N−1) + βN(N−1), in powers of N: far below one request the terms of the usual form cancel to nothing. */
export function rawSlowdown(alpha: number, beta: number, concurrency: number): number {
  return 1 - alpha + concurrency * (alpha - beta + beta * concurrency)
}

export function throughputAt(usl: UslParameters, concurrency: number): number | null {
  const slowdown = slowdownAt(usl, concurrency)
  return slowdown === null ? null : (usl.gamma * concurrency) / slowdown
}

/** R = N/X (Little's law), written so that it exists at N = 0 too. */
export function latencySecondsAt(usl: UslParameters, concurrency: number): number | null {
  const slowdown = slowdownAt(usl, concurrency)
  return slowdown === null ? null : slowdown / usl.gamma
}

/** Nmax = √((1−α)/β), not floored; null when throughput never falls (β = 0) or falls from the first unit on. */
export function peakConcurrency(usl: UslParameters): number | null {
  if (usl.beta <= 0) return null
  const peak = Math.sqrt((1 - usl.alpha) / usl.beta)
  return peak >= 1 && Number.isFinite(peak) ? peak : null
}

/** Amdahl's limit γ/α: where throughput levels off when β = 0; null when it has a peak instead, or no limit at all. */
export function ceilingThroughput(usl: UslParameters): number | null {
  if (usl.beta > 0 || usl.alpha <= 0) return null
  const ceiling = usl.gamma / usl.alpha
  return Number.isFinite(ceiling) ? ceiling : null
}

/**
 * The concurrency below the peak that yields this throughput: the smaller root of
 * βX·N² + ((α−β)X − γ)N + (1−α)X = 0. Ports of usl4j drop β here and answer 15.35 where 19.92 is right.
 */
export function concurrencyAtThroughput(usl: UslParameters, throughput: number): number | null {
  if (usl.alpha >= 1) return null
  const a = usl.beta * throughput
  const b = (usl.alpha - usl.beta) * throughput - usl.gamma
  const c = (1 - usl.alpha) * throughput
  if (b >= 0) return null
  // Rounding may push the discriminant below zero exactly at the peak, where it is zero.
  const discriminant = b * b - 4 * a * c
  if (discriminant < -1e-12 * b * b) return null
  const concurrency = (2 * c) / (-b + Math.sqrt(Math.max(0, discriminant)))
  return Number.isFinite(concurrency) ? concurrency : null
}

/** The concurrency at which a latency is reached: the positive root of βN² + (α−β)N + 1 − α − γR = 0. */
export function concurrencyAtLatency(usl: UslParameters, latencySeconds: number): number | null {
  const a = usl.beta
  const b = usl.alpha - usl.beta
  const c = 1 - usl.alpha - usl.gamma * latencySeconds
  if (c > 0) return null
  const root = b + Math.sqrt(b * b - 4 * a * c)
  return root > 0 && Number.isFinite(root) ? (-2 * c) / root : null
}
