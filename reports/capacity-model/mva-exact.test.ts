// The exact recursion against the definition it is derived from.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ServiceDemand } from '../../contracts/capacity-model/queueing.ts'
import { mvaExact } from './mva-exact.ts'

/** Product form, straight from the definition: G(n) by sums over every split of n requests (J. Buzen, CACM 16, 1973). */
function productForm(demands: readonly ServiceDemand[], thinkSeconds: number, population: number) {
  const factorsOf = (seconds: number, servers: number): number[] => {
    const factors = [1]
    for (let j = 1; j <= population; j++) factors.push(((factors[j - 1] ?? 0) * seconds) / Math.min(j, servers))
    return factors
  }
  const join = (a: readonly number[], b: readonly number[]): number[] =>
    a.map((_, n) => a.slice(0, n + 1).reduce((sum, value, j) => sum + value * (b[n - j] ?? 0), 0))
  const stations = demands.map(({ seconds, servers = 1 }) => factorsOf(seconds, servers))
  const thinking = factorsOf(thinkSeconds, population)
  const all = stations.reduce(join, thinking)
  const total = all[population] ?? Number.NaN
  const queues = stations.map((factors, k) => {
    const others = stations.filter((_, i) => i !== k).reduce(join, thinking)
    return factors.reduce((sum, factor, j) => sum + (j * factor * (others[population - j] ?? 0)) / total, 0)
  })
  return { throughput: (all[population - 1] ?? 0) / total, queues }
}

test('law: throughput and queues are those of the product form, also where stations have a server for everyone', {
  timeout: 60_000,
}, () => {
  const small = fc.record({
    demands: fc
      .array(
        fc.record({
          seconds: fc.oneof(fc.constant(0), fc.double({ min: 0.01, max: 10, noNaN: true })),
          servers: fc.oneof(fc.integer({ min: 1, max: 6 }), fc.constant(1000)),
        }),
        { minLength: 1, maxLength: 4 },
      )
      .map((list) => list.map((demand, i) => ({ name: `r${i}`, ...demand }))),
    thinkSeconds: fc.oneof(fc.constant(0), fc.double({ min: 0.01, max: 30, noNaN: true })),
    population: fc.integer({ min: 1, max: 25 }),
  })
  fc.assert(
    fc.property(small, ({ demands, thinkSeconds, population }) => {
      fc.pre(demands.some(({ seconds }) => seconds > 0))
      const [result] = mvaExact(demands, thinkSeconds, [population])
      const expected = productForm(demands, thinkSeconds, population)
      expect((result?.throughput ?? 0) / expected.throughput).toBeCloseTo(1, 9)
      demands.forEach(({ name }, k) => {
        expect(result?.queue[name]).toBeCloseTo(expected.queues[k] ?? 0, 7)
      })
    }),
    { numRuns: 300 },
  )
})
