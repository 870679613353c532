// How wrong is Schweitzer's approximation where the exact recursion is too long? Random networks of one to three stations of 1 to 64 servers; half of them have their knee at the population,
// where the approximation is at its worst. Source of the errors that mva.ts and docs/model/accuracy.md name.

import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { mvaApproximate } from '../mva-approximate.ts'
import { mvaExact } from '../mva-exact.ts'
import { operationalBounds } from '../operational-bounds.ts'

interface LargestErrors {
  readonly throughput: number
  readonly response: number
}

export function largestErrors(population: number, networks: number, seed: number): LargestErrors {
  const generator = xoroshiro128plus(seed)
  const uniform = (): number => uniformFloat64(generator)
  const largest = { throughput: 0, response: 0 }
  for (let network = 0; network < networks; network++) {
    const demands = Array.from({ length: 1 + Math.floor(3 * uniform()) }, (_, i) => {
      const servers = Math.ceil(2 ** (6 * uniform()))
      return { name: `r${i}`, servers, seconds: servers * 10 ** (-1.5 * uniform()) }
    })
    const slowest = 1 / (operationalBounds(demands, 0)?.maxThroughput ?? Number.NaN)
    const distance = (8 * uniform() - 3) * (network % 2 === 0 ? 1 / Math.sqrt(population) : 0.1)
    const thinkSeconds = population * slowest * (1 + distance)
    const [exact] = mvaExact(demands, thinkSeconds, [population])
    const approximate = mvaApproximate(demands, thinkSeconds, population)
    for (const [name, figure] of [
      ['throughput', 'throughput'],
      ['response', 'responseSeconds'],
    ] as const) {
      const error = Math.abs(approximate[figure] / (exact?.[figure] ?? Number.NaN) - 1)
      largest[name] = Math.max(largest[name], error)
    }
  }
  return largest
}
