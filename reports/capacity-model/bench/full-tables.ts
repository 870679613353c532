// Does a ladder predict its top? `npx tsx reports/capacity-model/bench/full-tables.ts`, five minutes of one core: simulated
// ladders of known truth, each rung's figures with the errors of a real one. Its figures stand in docs/model/accuracy.md.

import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { type Score, scoreScene, within } from './ladder-score.ts'
import type { Scene } from './simulated-ladder.ts'

const TRIALS = 40
const scene = (flow: Scene['flow'], poolShare: number, readMs: number): Scene => ({ flow, poolShare, readMs })
const SCENES: readonly Scene[] = [
  ...(['list', 'detail'] as const).flatMap((flow) => [
    scene(flow, 1.3, 0.15),
    scene(flow, 0.4, 1),
    scene(flow, 0.2, 0.15),
    scene(flow, 0.2, 1),
    scene(flow, 0.1, 0.15),
    scene(flow, 0.1, 1),
  ]),
  scene('checkout', 1.3, 0.15),
  scene('checkout', 0.05, 0.15),
  scene('checkout', 0.05, 1),
]

function cellsOf({ ratios, held, reach }: Score): string {
  if (ratios.length === 0) return '– | – | – | –'
  const at = (share: number): string => (ratios[Math.floor(share * (ratios.length - 1))] ?? Number.NaN).toFixed(2)
  const percent = (count: number): string => `${Math.round((100 * count) / ratios.length)} %`
  return `${at(0.5)} (${at(0.05)} … ${at(0.95)}) | ${percent(within(ratios, 0.15))} | ${percent(held)} | ±${Math.round(100 * Math.expm1(reach))} %`
}

const generator = xoroshiro128plus(1)
const uniform = (): number => uniformFloat64(generator) + 2 ** -54
process.stdout.write('| flow | pool | read | figure | predicted ÷ measured | within 15 % | held | reach |\n')
process.stdout.write('|---|--:|--:|---|--:|--:|--:|--:|\n')
for (const one of SCENES) {
  const { scores, misses, refused } = scoreScene(one, TRIALS, uniform)
  const place = `${one.flow} | ${one.poolShare} | ${one.readMs} ms`
  for (const score of scores) {
    const what = score.what === 'misses' ? `misses (${misses.toFixed(2)})` : score.what
    if (score.ratios.length > 0) process.stdout.write(`| ${place} | ${what} | ${cellsOf(score)} |\n`)
  }
  if (refused > 0) process.stdout.write(`| ${place} | refused | ${refused} of ${TRIALS} | | | |\n`)
}
