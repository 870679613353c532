// How low/mid/high inputs become a low/mid/high result.
//
// Not all extremes at once: independent inputs rarely miss on the same side together. Each input is moved alone to its
// low and its high; the logarithms of the changes it causes add up by squares, as standard deviations of independent
// errors do (first-order propagation; JCGM 100:2008, 5.1.2). So the result is a 90 % interval like its inputs.

import type { Interval } from './plan.ts'

export function combine(mid: number, oneOffs: readonly (readonly [withLow: number, withHigh: number])[]): Interval {
  if (mid <= 0) return { low: mid, mid, high: mid }
  let down = 0
  let up = 0
  for (const [a, b] of oneOffs) {
    down += square(Math.log(Math.min(a, b, mid) / mid))
    up += square(Math.log(Math.max(a, b, mid) / mid))
  }
  return { low: mid * Math.exp(-Math.sqrt(down)), mid, high: mid * Math.exp(Math.sqrt(up)) }
}

/** Of independent inputs, each an interval: the figure they give, moved by one input at a time. */
export function propagate(inputs: readonly Interval[], figure: (values: readonly number[]) => number): Interval {
  const mids = inputs.map(({ mid }) => mid)
  const moved = (at: number, value: number) => figure(mids.with(at, value))
  return combine(
    figure(mids),
    inputs.map(({ low, high }, at) => [moved(at, low), moved(at, high)] as const),
  )
}

function square(value: number): number {
  return value * value
}
