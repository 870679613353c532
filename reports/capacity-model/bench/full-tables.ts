// Does a ladder predict its top? `npx tsx reports/capacity-model/bench/full-tables.ts`, four minutes of one core: simulated
// ladders of known truth (simulated-ladder.ts), each rung's figures with the errors of a real one, the prediction of the
// full rung from those below against what is then measured there. Its figures stand in docs/model/accuracy.md.

import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import type { Estimate } from '../../../contracts/capacity-model/full-tables.ts'
import { pageTouches } from '../full-tables/page-touches.ts'
import { predictRung } from '../full-tables/predict-rung.ts'
import { poolMisses } from '../midpoint-pool.ts'
import { isRefused } from '../refuse.ts'
import { measureLadder, type Scene, type TrueLadder, targetOf, trueLadder } from './simulated-ladder.ts'

const TRIALS = Number(process.argv[2] ?? 100)
const POOL_SHARES = [1.3, 0.4, 0.2, 0.1]
const READ_MS = [0.15, 1]

export interface Score {
  readonly what: string
  /** Predicted ÷ measured. */
  readonly ratios: number[]
  held: number
  reach: number
}

function score(into: Score, predicted: Estimate, measured: number): void {
  into.ratios.push(predicted.value / measured)
  if (predicted.low <= measured && measured <= predicted.high) into.held++
  into.reach += Math.log(predicted.high / predicted.low) / 2
}

function line({ what, ratios, held, reach }: Score): string {
  const sorted = ratios.toSorted((a, b) => a - b)
  const at = (share: number): string =>
    (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0).toFixed(2)
  const within = ratios.filter((ratio) => Math.abs(ratio - 1) <= 0.15).length
  const percent = (count: number): string => `${Math.round((100 * count) / ratios.length)} %`
  return `${what.padEnd(8)} ${at(0.5)} [${at(0.05)} … ${at(0.95)}]  within 15 %: ${percent(within)}  held: ${percent(held)}  reach ±${Math.round(100 * (reach / ratios.length))} %`
}

function missesLine({ scene, rungs }: TrueLadder): string {
  const shown = rungs.map(({ shard, poolPages, missesPerRequest, touchesPerRequest }, i) => {
    const touches = pageTouches(scene.flow, shard, targetOf({ scene, rungs }, { ...shard, poolPages } as never))
    const modelled = poolMisses(touches.bins, poolPages)
    return `${i}: ${missesPerRequest.toFixed(3)} (${modelled.toFixed(3)}) of ${touchesPerRequest.toFixed(2)} (${touches.touches.toFixed(2)})`
  })
  return `  misses simulated (modelled) of touches: ${shown.join(', ')}\n`
}

const generator = xoroshiro128plus(1)
const uniform = (): number => uniformFloat64(generator) + 2 ** -54

for (const flow of ['list', 'detail', 'checkout'] as const) {
  for (const poolShare of POOL_SHARES) {
    for (const readMs of poolShare > 1 ? READ_MS.slice(0, 1) : READ_MS) {
      const scene: Scene = { flow, poolShare, readMs }
      const ladder = trueLadder(scene, uniform)
      const scores = ['misses', 'p99', 'rate'].map((what): Score => ({ what, ratios: [], held: 0, reach: 0 }))
      const [misses, p99, rate] = scores as [Score, Score, Score]
      let refused = 0
      for (let trial = 0; trial < TRIALS; trial++) {
        const figures = measureLadder(ladder, uniform)
        const top = figures.at(-1)
        if (top === undefined) throw new Error('a ladder without rungs')
        const predicted = predictRung(figures.slice(0, -1), targetOf(ladder, top))
        if (isRefused(predicted)) {
          refused++
          continue
        }
        if (top.missesPerRequest > 0) score(misses, predicted.missesPerRequest, top.missesPerRequest)
        score(p99, predicted.p99Ms, top.holds.reduce((sum, hold) => sum + hold.p99Ms, 0) / top.holds.length)
        if (predicted.ratePerSecond && top.highestRate) {
          score(rate, predicted.ratePerSecond, top.highestRate.ratePerSecond)
        }
      }
      process.stdout.write(`${flow}, pool ${poolShare} of the full pages, ${readMs} ms a read, refused ${refused}\n`)
      process.stdout.write(missesLine(ladder))
      for (const one of scores) if (one.ratios.length > 0) process.stdout.write(`  ${line(one)}\n`)
    }
  }
}
