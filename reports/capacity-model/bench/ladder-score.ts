// Predictions of the full rung from the rungs below, on simulated ladders, against what is then measured on it.

import type { Estimate } from '../../../contracts/capacity-model/full-tables.ts'
import { predictRung } from '../full-tables/predict-rung.ts'
import { isRefused } from '../refuse.ts'
import { measureLadder, type Scene, targetOf, trueLadder } from './simulated-ladder.ts'

export interface Score {
  readonly what: 'misses' | 'p99' | 'rate'
  /** Predicted ÷ measured, in rising order. */
  readonly ratios: readonly number[]
  /** Intervals that held what was measured. */
  readonly held: number
  /** Half of the interval on a logarithmic scale, mean. */
  readonly reach: number
}

export interface SceneScore {
  readonly scene: Scene
  /** Pages a request of the full rung really reads. */
  readonly misses: number
  readonly refused: number
  readonly scores: readonly Score[]
}

interface Prediction {
  readonly estimate: Estimate | null
  readonly measured: number
}

export function scoreScene(scene: Scene, trials: number, uniform: () => number): SceneScore {
  const ladder = trueLadder(scene, uniform)
  const found = { misses: [] as Prediction[], p99: [] as Prediction[], rate: [] as Prediction[] }
  let refused = 0
  for (let trial = 0; trial < trials; trial++) {
    const figures = measureLadder(ladder, uniform)
    const top = figures.at(-1)
    if (top === undefined) throw new Error('a ladder without rungs')
    const predicted = predictRung(figures.slice(0, -1), targetOf(ladder, top))
    if (isRefused(predicted)) {
      refused++
      continue
    }
    const p99Ms = top.holds.reduce((sum, hold) => sum + hold.p99Ms, 0) / top.holds.length
    if (top.missesPerRequest > 0) {
      found.misses.push({ estimate: predicted.missesPerRequest, measured: top.missesPerRequest })
    }
    found.p99.push({ estimate: predicted.p99Ms, measured: p99Ms })
    found.rate.push({ estimate: predicted.ratePerSecond, measured: top.highestRate?.ratePerSecond ?? Number.NaN })
  }
  return {
    scene,
    misses: ladder.rungs.at(-1)?.missesPerRequest ?? 0,
    refused,
    scores: [scoreOf('misses', found.misses), scoreOf('p99', found.p99), scoreOf('rate', found.rate)],
  }
}

function scoreOf(what: Score['what'], predictions: readonly Prediction[]): Score {
  const told = predictions.flatMap(({ estimate, measured }) => (estimate ? [{ ...estimate, measured }] : []))
  return {
    what,
    ratios: told.map(({ value, measured }) => value / measured).sort((a, b) => a - b),
    held: told.filter(({ low, high, measured }) => low <= measured && measured <= high).length,
    reach: told.reduce((sum, { low, high }) => sum + Math.log(high / low) / 2, 0) / Math.max(1, told.length),
  }
}

export function within(ratios: readonly number[], share: number): number {
  return ratios.filter((ratio) => Math.abs(ratio - 1) <= share).length
}
