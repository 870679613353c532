// Op `quantile`: percentiles and means with the interval the evidence carries.

import { quantileRanks, sampleQuantile } from '../../reports/capacity-model/quantile-ranks.ts'
import { runInterval, welchDifference } from '../../reports/capacity-model/run-interval.ts'
import { ask, type ModelOp } from './op.ts'
import { count, isObject, list, number, optional, record, withDefault } from './shape.ts'
import { CONFIDENCE, SEED } from './shared-fields.ts'

const percentile = number({ above: 0, below: 100 })
const values = list(number(), { atMost: 200_000 })

const ofSamples = {
  shape: record({ samples: values, percentile, confidence: CONFIDENCE, seed: SEED }),
  answer: (question: {
    readonly samples: readonly number[]
    readonly percentile: number
    readonly confidence: number
  }) => sampleQuantile(question.samples, question.percentile, question.confidence),
}

const ofCount = {
  shape: record({ count: count({ atLeast: 0 }), percentile, confidence: CONFIDENCE, seed: SEED }),
  answer: (question: { readonly count: number; readonly percentile: number; readonly confidence: number }) =>
    quantileRanks(question.count, question.percentile, question.confidence),
}

const ofRuns = {
  shape: record({
    runs: values,
    samplesPerRun: withDefault(count(), 1),
    percentile: optional(percentile),
    confidence: CONFIDENCE,
    seed: SEED,
  }),
  answer: runInterval,
}

const ofDifference = {
  shape: record({ a: values, b: values, confidence: CONFIDENCE, seed: SEED }),
  answer: welchDifference,
}

export const op: ModelOp = {
  about: `Four questions, told apart by their fields; percentile is 99 for p99 (0.99 means
the same), confidence 0.95 unless given.
samples: the percentile with its exact binomial interval, for independent
  samples.
count: only the 1-based ranks of the order statistics that enclose the
  percentile.
runs, samplesPerRun: mean and Student's t interval over whole runs, the honest
  replicate; percentile, when given, is checked against samplesPerRun.
a, b: mean(a) − mean(b) with Welch's interval; detectable when it does not hold
  0.`,
  example: { runs: [0.081, 0.085, 0.079, 0.09, 0.083], samplesPerRun: 20_000, percentile: 99 },
  run: (input) => {
    const has = (field: string): boolean => isObject(input) && field in input
    if (has('samples')) return ask(ofSamples, input)
    if (has('count')) return ask(ofCount, input)
    if (has('runs')) return ask(ofRuns, input)
    if (has('a') || has('b')) return ask(ofDifference, input)
    return { mistakes: ['the input: give samples, count, runs, or a and b'] }
  },
}
