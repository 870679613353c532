// Rows per table when a few users weigh so much that sums are not normal: seeded Monte Carlo over where they fall.
// Each replicate draws only the heavy users; what is left of a table is normal and enters by its exact probability, so
// P(any > L) is smooth and falls with L.

import normalCdf from '@stdlib/stats-base-dists-normal-cdf'
import normalQuantile from '@stdlib/stats-base-dists-normal-quantile'
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import type { Exceedance } from '../../contracts/capacity-model/shards.ts'

export interface ShardScene {
  readonly shards: number
  readonly hashedIds: boolean
  readonly bodyUsers: number
  readonly bodyMean: number
  readonly bodyVariance: number
  /** Rows of the users drawn one by one in a replicate. */
  readonly drawHeavy: (uniform: () => number) => readonly number[]
  readonly heavyUsers: number
  /** Dense ids deal the heavy users out in turn instead of at random. */
  readonly dealt: boolean
}

export interface ShardSimulation {
  readonly expectedMax: number
  readonly expectedMaxStandardError: number
  readonly replicates: number
  readonly exceed: readonly Exceedance[]
}

const WORK = 1e6
const REPLICATES = { fewest: 20, most: 1000 } as const

export function simulateShards(
  scene: ShardScene,
  tableMean: number,
  limits: readonly number[],
  seed: number,
): ShardSimulation {
  const generator = xoroshiro128plus(seed)
  const uniform = (): number => uniformFloat64(generator)
  const affordable = Math.floor(WORK / (scene.heavyUsers + scene.shards * (1 + limits.length)))
  const replicates = Math.min(REPLICATES.most, Math.max(REPLICATES.fewest, affordable))
  const excess: number[] = []
  const any = limits.map((): number[] => [])
  const one = limits.map((): number[] => [])
  for (let replicate = 0; replicate < replicates; replicate++) {
    const tables = tablesOf(scene, uniform)
    const rows = tables.map(({ mean, sd }) => mean + sd * standardNormal(uniform))
    // Above the replicate's own mean, whose expectation is known: no less than it, and with less noise.
    excess.push(rows.reduce((max, one) => Math.max(max, one)) - meanOf(rows))
    limits.forEach((limit, i) => {
      const above = tables.map(({ mean, sd }) => (sd > 0 ? normalCdf(mean - limit, 0, sd) : Number(mean > limit)))
      any[i]?.push(-Math.expm1(above.reduce((sum, p) => sum + Math.log1p(-p), 0)))
      one[i]?.push(meanOf(above))
    })
  }
  return {
    expectedMax: tableMean + Math.max(0, meanOf(excess)),
    expectedMaxStandardError: standardErrorOf(excess),
    replicates,
    exceed: limits.map((limit, i) => ({
      limit,
      anyTable: meanOf(any[i] ?? []),
      anyTableStandardError: standardErrorOf(any[i] ?? []),
      oneTable: meanOf(one[i] ?? []),
    })),
  }
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function standardErrorOf(values: readonly number[]): number {
  const mean = meanOf(values)
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return Math.sqrt(squares / (values.length - 1) / values.length)
}

interface SimulatedTable {
  readonly mean: number
  readonly sd: number
}

function tablesOf(scene: ShardScene, uniform: () => number): readonly SimulatedTable[] {
  const { shards, bodyUsers, bodyMean, bodyVariance, hashedIds } = scene
  const rows = new Float64Array(shards)
  scene.drawHeavy(uniform).forEach((weight, i) => {
    const table = scene.dealt ? i % shards : Math.floor(uniform() * shards)
    rows[table] = (rows[table] ?? 0) + weight
  })
  const users = bodyUsers / shards
  const varianceOfCount = hashedIds ? bodyMean * bodyMean * (1 - 1 / shards) : 0
  const sd = Math.sqrt(users * (bodyVariance + varianceOfCount))
  return Array.from(rows, (heavy) => ({ mean: heavy + users * bodyMean, sd }))
}

function standardNormal(uniform: () => number): number {
  // Never 0, which has no quantile.
  return normalQuantile(uniform() + 2 ** -54, 0, 1)
}
