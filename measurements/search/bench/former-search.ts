// The search that was used before, kept as a contender: one hold of 10 s a rate, evenly spaced requests, the lowest miss
// ends it for good, whatever caused it.

import type { Published } from './published.ts'
import type { Queue } from './queue.ts'

const HOLD_SECONDS = 10
const OVERHEAD_SECONDS = 1.5
const CUT_SECONDS = 1
const CLIMB = 1.35
const DESCENT = 0.6
const NARROW = 1.08
const FAILURES_WANTED = 2
const STEPS_WANTED = 6
const MOST_STEPS = 16

interface Tried {
  readonly rate: number
  readonly passed: boolean
}

export function formerSearch(queue: Queue, warmUpPerSecond: number, lowestPerSecond: number): Published {
  const tried: Tried[] = []
  let seconds = 0
  for (let rate: number | null = 0.4 * warmUpPerSecond; rate !== null; rate = nextRate(tried, lowestPerSecond)) {
    seconds = Math.max(seconds, queue.idleAtSeconds) + OVERHEAD_SECONDS
    const block = queue.offer(rate, seconds, CUT_SECONDS, HOLD_SECONDS - CUT_SECONDS).next().value
    seconds += HOLD_SECONDS
    tried.push({
      rate,
      passed: block !== undefined && !block.disturbed && block.overTarget + block.errors <= 0.01 * block.answered,
    })
  }
  const { lastPass, firstMiss } = ends(tried)
  return {
    ratePerSecond: lastPass,
    interval: lastPass === null || firstMiss === null ? null : { low: lastPass, high: firstMiss },
    seconds,
    state: lastPass === null ? 'nothing' : 'published',
  }
}

function ends(tried: readonly Tried[]): { lastPass: number | null; firstMiss: number | null } {
  const misses = tried.filter(({ passed }) => !passed).map(({ rate }) => rate)
  const firstMiss = misses.length > 0 ? Math.min(...misses) : null
  const passes = tried.filter(({ rate, passed }) => passed && (firstMiss === null || rate < firstMiss))
  return { lastPass: passes.length > 0 ? Math.max(...passes.map(({ rate }) => rate)) : null, firstMiss }
}

function nextRate(tried: readonly Tried[], lowestPerSecond: number): number | null {
  if (tried.length >= MOST_STEPS) return null
  const { lastPass, firstMiss } = ends(tried)
  if (lastPass === null) {
    const lower = Math.min(...tried.map(({ rate }) => rate)) * DESCENT
    return lower < lowestPerSecond ? null : lower
  }
  if (firstMiss === null) return lastPass * CLIMB
  if (firstMiss / lastPass > NARROW) return Math.sqrt(lastPass * firstMiss)
  if (tried.filter(({ passed }) => !passed).length < FAILURES_WANTED) return firstMiss * CLIMB
  if (tried.length >= STEPS_WANTED) return null
  const rates = tried.map(({ rate }) => rate).sort((a, b) => a - b)
  const gaps = rates.slice(1).map((high, i) => ({ low: rates[i]!, high }))
  const widest = gaps.sort((a, b) => b.high / b.low - a.high / a.low)[0]
  return widest === undefined ? null : Math.sqrt(widest.low * widest.high)
}
