// Is the fit the least-squares point? Against a search that knows nothing of ours: plain arithmetic on a dense grid, zoomed into.

import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { describe, expect, test, vi } from 'vitest'
import type { UslPoint, UslWeighting } from '../../contracts/capacity-model/usl.ts'
import { USL_WEIGHTINGS } from '../../contracts/capacity-model/usl.ts'
import { fitAmdahl, fitLeastSquares, inOrder } from './usl-fit.ts'
import { peakConcurrency } from './usl-law.ts'

vi.setConfig({ testTimeout: 120_000 })

const STARTS = [1, 5, 10, 16, 50, 200] as const
const LADDERS_PER_KIND = 42 // six starts, with and without a cliff: 504 ladders

/** Smallest squares, with gamma from its normal equation, over a grid and nine zooms into each of its best cells. */
function bruteForce(points: readonly UslPoint[], weighting: UslWeighting): number {
  const n = points.map(({ concurrency }) => concurrency)
  const x = points.map(({ throughput }) => throughput)
  const w = x.map((throughput) => (weighting === 'relative' ? 1 / throughput ** 2 : 1))
  const curve = new Float64Array(points.length)
  const squares = (alpha: number, beta: number): number => {
    let [xy, xx, sum] = [0, 0, 0]
    for (let i = 0; i < curve.length; i++) {
      const [ni, wi] = [n[i] ?? 0, w[i] ?? 0]
      const y = ni / (1 + alpha * (ni - 1) + beta * ni * (ni - 1))
      curve[i] = y
      xy += wi * y * (x[i] ?? 0)
      xx += wi * y * y
    }
    for (let i = 0; i < curve.length; i++) sum += (w[i] ?? 0) * ((x[i] ?? 0) - (xy / xx) * (curve[i] ?? 0)) ** 2
    return sum
  }
  const axis = (decades: number): number[] => [
    0,
    ...Array.from({ length: decades * 6 + 1 }, (_, i) => 10 ** (i / 6 - decades)),
  ]
  const [alphas, betas] = [axis(7), axis(10)]
  const cells = alphas.flatMap((_, i) => betas.map((_, j) => ({ i, j, at: squares(alphas[i] ?? 0, betas[j] ?? 0) })))
  cells.sort((a, b) => a.at - b.at)
  let least = Number.POSITIVE_INFINITY
  for (const { i, j } of cells.slice(0, 4)) {
    let a = [alphas[i - 1] ?? 0, alphas[i + 1] ?? 1] as const
    let b = [betas[j - 1] ?? 0, betas[j + 1] ?? 1] as const
    for (let zoom = 0; zoom < 9; zoom++) {
      let best = { at: Number.POSITIVE_INFINITY, alpha: 0, beta: 0 }
      for (let p = 0; p <= 12; p++) {
        for (let q = 0; q <= 12; q++) {
          const [alpha, beta] = [a[0] + ((a[1] - a[0]) * p) / 12, b[0] + ((b[1] - b[0]) * q) / 12]
          const at = squares(alpha, beta)
          if (at < best.at) best = { at, alpha, beta }
        }
      }
      least = Math.min(least, best.at)
      const [da, db] = [(a[1] - a[0]) / 4, (b[1] - b[0]) / 4]
      a = [Math.max(0, best.alpha - da), Math.min(1, best.alpha + da)]
      b = [Math.max(0, best.beta - db), Math.min(1, best.beta + db)]
    }
  }
  return least
}

function ladder(start: number, cliff: boolean, uniform: () => number): readonly UslPoint[] {
  const between = (low: number, high: number): number => low + (high - low) * uniform()
  const length = 6 + Math.floor(between(0, 9))
  const doubling = uniform() < 0.5
  const usl = { gamma: 10 ** between(-1, 4), alpha: 10 ** between(-4, -0.2), beta: 10 ** between(-8, -1.5) }
  const noise = between(0, 0.15)
  const edge = cliff ? Math.floor(between(1, length - 1)) : length
  const drop = between(0.15, 0.8)
  return Array.from({ length }, (_, i) => {
    const n = doubling ? start * 2 ** i : start * (i + 1)
    const exact = (usl.gamma * n) / (1 + usl.alpha * (n - 1) + usl.beta * n * (n - 1))
    const throughput = exact * drop ** Math.max(0, i - edge + 1) * (1 + noise * between(-1, 1))
    return { concurrency: n, throughput: Math.max(1e-9, throughput) }
  })
}

describe('the least-squares point, against a brute-force grid', () => {
  test.each(STARTS)('ladders from %i clients, with and without a cliff, both weightings', (start) => {
    const generator = xoroshiro128plus(start)
    let sharp = 0
    for (let k = 0; k < 2 * LADDERS_PER_KIND; k++) {
      const points = ladder(start, k % 2 === 1, () => uniformFloat64(generator))
      for (const weighting of USL_WEIGHTINGS) {
        const { weightedSquares } = fitLeastSquares(points, weighting)
        const least = bruteForce(points, weighting)
        expect(weightedSquares / least, JSON.stringify({ weighting, points })).toBeLessThan(1.001)
        if (weightedSquares > 0.999 * least) sharp++
      }
    }
    // The grid itself must come so close that a fit a thousandth off would be seen.
    expect(sharp).toBeGreaterThan(0.9 * 4 * LADDERS_PER_KIND)
  })
})

const points = (clients: readonly number[], throughputs: readonly number[]): readonly UslPoint[] =>
  inOrder(clients.map((concurrency, i) => ({ concurrency, throughput: throughputs[i] ?? Number.NaN })))

describe('ladders that one start gets wrong', () => {
  test('16 … 1024 with a fall after 128: the peak is at 37.8, not at 8.4', () => {
    const measured = [2593, 4531, 6894, 8328, 2983, 872, 196]
    const fit = fitLeastSquares(points([16, 32, 64, 128, 256, 512, 1024], measured), 'relative')
    expect(peakConcurrency(fit.parameters)).toBeCloseTo(37.787, 2)
  })

  test('50 … 800, falling from the first step on: 28.7, not 17.35', () => {
    const measured = [1570, 971, 493, 344, 251, 174, 122]
    const fit = fitLeastSquares(points([50, 100, 200, 300, 400, 600, 800], measured), 'none')
    expect(peakConcurrency(fit.parameters)).toBeCloseTo(28.726, 2)
  })

  test('flat: alpha = 1, beta = 0, gamma at every concurrency', () => {
    for (const weighting of USL_WEIGHTINGS) {
      const fit = fitLeastSquares(points([5, 10, 20, 40, 80, 160], [70, 70, 70, 70, 70, 70]), weighting)
      expect(fit.parameters).toMatchObject({ alpha: 1, beta: 0 })
      expect(fit.parameters.gamma).toBeCloseTo(70, 9)
    }
  })

  test('falling faster than the law can: crosstalk on its upper bound, and no peak', () => {
    const fit = fitLeastSquares(points([2, 4, 8, 16, 32, 64], [1e6, 1e5, 1e4, 1e3, 1e2, 1e1]), 'relative')
    expect(fit.parameters.beta).toBe(1)
    expect(fit.onBound).toContain('beta')
  })
})

test('a long bent valley, twenty scattered points from 3 900 clients on: the walk does not stop halfway', () => {
  const measured = [
    [3897, 14805],
    [5214, 7800],
    [6084, 9599],
    [7175, 10248],
    [10064, 15399],
    [12685, 7790],
    [17515, 12445],
    [22064, 11334],
    [23228, 14958],
    [49436, 7842],
    [56982, 8311],
    [74608, 8989],
    [137982, 6243],
    [183379, 3803],
    [192832, 8007],
    [195164, 6576],
    [213318, 7164],
    [232320, 4170],
    [579792, 3971],
    [1108359, 1433],
  ] as const
  const scattered = measured.map(([concurrency, throughput]) => ({ concurrency, throughput }))
  const { weightedSquares } = fitLeastSquares(scattered, 'relative')
  expect(weightedSquares / bruteForce(scattered, 'relative')).toBeLessThan(1.001)
})

describe('laws', () => {
  const generator = xoroshiro128plus(7)
  const samples = Array.from({ length: 60 }, (_, k) =>
    ladder(STARTS[k % STARTS.length] ?? 1, k % 2 === 1, () => uniformFloat64(generator)),
  )

  test('throughput in other units, from 10⁻⁹ to 10⁹ of them, changes neither alpha nor beta', () => {
    for (const sample of samples) {
      for (const weighting of USL_WEIGHTINGS) {
        const here = fitLeastSquares(sample, weighting)
        for (const unit of [1e-9, 60, 1e9]) {
          const there = fitLeastSquares(
            sample.map((point) => ({ ...point, throughput: point.throughput * unit })),
            weighting,
          )
          expect(there.parameters.alpha).toBeCloseTo(here.parameters.alpha, 6)
          expect(there.parameters.beta).toBeCloseTo(here.parameters.beta, 6)
          expect([...there.onBound]).toEqual([...here.onBound])
        }
      }
    }
  })

  test('every point measured twice gives the same curve; Amdahl’s law never fits better than the whole one', () => {
    for (const sample of samples) {
      for (const weighting of USL_WEIGHTINGS) {
        const once = fitLeastSquares(sample, weighting)
        const twice = fitLeastSquares(inOrder([...sample, ...sample]), weighting)
        expect(twice.weightedSquares / (2 * once.weightedSquares)).toBeCloseTo(1, 6)
        expect(fitAmdahl(sample, weighting).weightedSquares).toBeGreaterThanOrEqual(once.weightedSquares)
      }
    }
  })
})
