// The errors of approximate mean value analysis: `npx tsx reports/capacity-model/bench/approximation.ts`, a minute of one core.
// Its figures stand in docs/model/accuracy.md.

import { largestErrors } from './mva-approximation.ts'

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`

for (const [population, networks] of [
  [10, 300],
  [100, 300],
  [1000, 300],
  [20_000, 200],
  [200_000, 100],
  [1_000_000, 30],
] as const) {
  const { throughput, response } = largestErrors(population, networks, 1)
  process.stdout.write(
    `${population} requests, ${networks} networks: throughput ${percent(throughput)}, response ${percent(response)}\n`,
  )
}
