// Do the intervals hold what they promise? `npx tsx reports/capacity-model/bench/coverage.ts`, two minutes of one core.
// Its figures stand in docs/model/accuracy.md.

import { type Coverage, peakCoverage, runCoverage } from './known-truths.ts'

const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(1)} %`

function line(what: string, { trials, covered, meanRelativeHalfWidth }: Coverage): string {
  return `${what.padEnd(58)} ${percent(covered, trials).padStart(7)} of ${trials}, half-width ±${percent(meanRelativeHalfWidth, 1)}\n`
}

for (const weighting of ['relative', 'none'] as const) {
  for (const trials of [200, 2000]) {
    process.stdout.write(
      line(`USL peak, 10 points, 2 % noise, weighting ${weighting}`, peakCoverage(trials, weighting, 1)),
    )
  }
}
for (const utilisation of [0.7, 0.8, 0.9]) {
  for (const [runs, requestsPerRun] of [
    [5, 20_000],
    [10, 20_000],
  ] as const) {
    const question = { utilisation, runs, requestsPerRun }
    process.stdout.write(
      line(`M/M/1 p99, ρ = ${utilisation}, ${runs} runs × ${requestsPerRun}`, runCoverage(200, question, 1)),
    )
  }
}
