// How wrong is the law beyond the data? Published sets refitted on their first k points and compared with the rest:
// relative error per doubling beyond the last point used. Source of MODEL_ERROR_PER_DOUBLING in usl-prediction.ts.

import type { UslPoint, UslWeighting } from '../../../contracts/capacity-model/usl.ts'
import { CISCO, RAYTRACER, SPECSDM91 } from '../fixtures/usl-data-sets.ts'
import { fitLeastSquares } from '../usl-fit.ts'
import { throughputAt } from '../usl-law.ts'

/** ln(predicted/measured) ÷ log₂(N/N_k) for every point at least half a doubling beyond the k-th. */
export function errorsPerDoubling(points: readonly UslPoint[], weighting: UslWeighting): readonly number[] {
  const errors: number[] = []
  for (let k = 6; k < points.length; k++) {
    const used = points.slice(0, k)
    const fit = fitLeastSquares(used, weighting)
    const last = used.at(-1)?.concurrency ?? 1
    for (const { concurrency, throughput } of points.slice(k)) {
      const doublings = Math.log2(concurrency / last)
      const predicted = throughputAt(fit.parameters, concurrency) ?? 0
      if (doublings >= 0.5) errors.push(Math.log(predicted / throughput) / doublings)
    }
  }
  return errors
}

export function rootMeanSquare(errors: readonly number[]): number {
  return Math.sqrt(errors.reduce((sum, error) => sum + error * error, 0) / errors.length)
}

/** Each set counts once, whatever its number of points. */
export function modelErrorPerDoubling(): number {
  const sets = [CISCO, SPECSDM91, RAYTRACER]
  const weightings = ['none', 'relative'] as const
  const perSet = sets.flatMap((set) => weightings.map((weighting) => rootMeanSquare(errorsPerDoubling(set, weighting))))
  return rootMeanSquare(perSet)
}
