// Throughput against concurrency, fitted by the Universal Scalability Law. An open load has no fixed concurrency;
// Little's law gives the mean one of each step: N = X · R.

import type { FlowCurve } from '../contracts/capacity.ts'
import type { Step } from '../contracts/measurement.ts'
import { isRefused } from './capacity-model/refuse.ts'
import { fitUsl } from './capacity-model/usl.ts'

type Fit = Pick<FlowCurve, 'fit' | 'fitReason'>

const CONFIDENCE = 0.95
const CURVE_POINTS = 40

/** Only valid steps: where work was dropped, throughput and concurrency do not belong together. */
export function throughputFit(steps: readonly Step[]): Fit {
  const points = steps.flatMap(({ invalid, goodPerSecond, flows }) => {
    const [only] = Object.values(flows)
    const meanMs = only?.service.meanMs ?? 0
    return invalid.length === 0 && meanMs > 0 && goodPerSecond > 0
      ? [{ concurrency: (goodPerSecond * meanMs) / 1000, throughput: goodPerSecond }]
      : []
  })
  const widest = points.reduce((most, { concurrency }) => Math.max(most, concurrency), 0)
  const at = Array.from({ length: CURVE_POINTS }, (_, index) => (widest * 1.2 * (index + 1)) / CURVE_POINTS)
  const answer = fitUsl({ points, weighting: 'relative', confidence: CONFIDENCE, at, throughputs: [] })
  if (isRefused(answer)) return { fit: null, fitReason: answer.refused.message }
  if (answer.lackOfFit.suspected) {
    return { fit: null, fitReason: `the law does not describe these steps: ${answer.lackOfFit.evidence.join('; ')}` }
  }
  const peak = answer.peakThroughput
  const limit = answer.peakConcurrency
  if (peak === null || limit === null) {
    return { fit: null, fitReason: `no peak can be read off: ${answer.peakReason ?? answer.peakThroughputReason}` }
  }
  if (limit.extrapolated) {
    return { fit: null, fitReason: `the fitted peak lies beyond twice the highest concurrency measured: refused` }
  }
  return {
    fit: {
      method: `Universal Scalability Law, ${answer.estimator}; concurrency by Little's law; intervals at ${100 * CONFIDENCE} %`,
      peakThroughputPerSecond: peak,
      atConcurrency: limit.value,
      atConcurrencyInterval: limit.interval,
      points: points.map(({ concurrency, throughput }) => ({ concurrency, throughputPerSecond: throughput })),
      curve: answer.predictions.flatMap((prediction) =>
        'throughput' in prediction
          ? [
              {
                concurrency: prediction.concurrency,
                throughputPerSecond: prediction.throughput,
                interval: prediction.interval ?? null,
              },
            ]
          : [],
      ),
    },
    fitReason: null,
  }
}
