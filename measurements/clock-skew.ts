// How far the clocks of several machines are apart, each compared with the target's. Pure.

import type { ClockOffset } from '../contracts/measurement.ts'

export interface ClockSkew {
  /** Between the earliest and the latest. */
  readonly betweenMs: number
  readonly uncertaintyMs: number
}

/** null: one of them could not compare. */
export function clockSkew(clocks: readonly (ClockOffset | null)[]): ClockSkew | null {
  const known = clocks.filter((clock) => clock !== null)
  if (known.length < clocks.length || known.length === 0) return null
  const sorted = known.toSorted((a, b) => a.offsetMs - b.offsetMs)
  const [first, last] = [sorted[0]!, sorted.at(-1)!]
  return { betweenMs: last.offsetMs - first.offsetMs, uncertaintyMs: first.uncertaintyMs + last.uncertaintyMs }
}

export function skewText(skew: ClockSkew | null): string {
  if (skew === null) return 'how far their clocks are apart is unknown'
  return `their clocks are at most ${skew.betweenMs.toFixed(0)} ms apart (± ${skew.uncertaintyMs.toFixed(0)}), by the target's`
}
