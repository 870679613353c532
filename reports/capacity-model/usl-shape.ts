// What coefficients imply, fitted or given: the peak, the ceiling, and the way back from a throughput to a concurrency.

import type {
  UslEvalAnswer,
  UslEvalQuestion,
  UslInversion,
  UslParameters,
  UslShape,
} from '../../contracts/capacity-model/usl.ts'
import { refuse } from './refuse.ts'
import {
  ceilingThroughput,
  concurrencyAtThroughput,
  latencySecondsAt,
  peakConcurrency,
  throughputAt,
} from './usl-law.ts'

type Limits = Pick<
  UslShape,
  'peakConcurrency' | 'peakReason' | 'peakThroughput' | 'peakThroughputReason' | 'ceiling' | 'ceilingReason'
>

export function uslLimits(usl: UslParameters): Limits {
  const peak = peakConcurrency(usl)
  const peakThroughput = peak === null ? null : throughputAt(usl, peak)
  const ceiling = ceilingThroughput(usl)
  const reason = whyNoPeak(usl)
  return {
    ...(peak === null
      ? { peakConcurrency: null, peakReason: reason }
      : { peakConcurrency: { value: peak, interval: null, intervalReason: 'nothing was fitted' } }),
    ...(peakThroughput === null ? { peakThroughput, peakThroughputReason: reason } : { peakThroughput }),
    ...(ceiling === null ? { ceiling, ceilingReason: whyNoCeiling(usl) } : { ceiling }),
  }
}

const FLAT = 'alpha = 1 and beta = 0: throughput is flat, gamma at every concurrency'

function isFlat(usl: UslParameters): boolean {
  return usl.alpha === 1 && usl.beta === 0
}

function whyNoPeak(usl: UslParameters): string {
  if (usl.beta > 0 && (1 - usl.alpha) / usl.beta < 1) {
    return 'throughput falls from the first unit of concurrency on: √((1−alpha)/beta) is below 1'
  }
  if (isFlat(usl)) return FLAT
  if (usl.beta > 0) return 'beta is too small for a peak at any finite concurrency'
  return usl.alpha > 0
    ? 'beta = 0: throughput rises towards the ceiling gamma/alpha and never falls'
    : 'alpha = beta = 0: throughput rises in proportion, without limit'
}

function whyNoCeiling(usl: UslParameters): string {
  if (usl.beta > 0) return 'beta > 0: throughput has a peak, not a ceiling it approaches'
  return 'alpha = 0: throughput rises in proportion, without limit'
}

export function uslInversion(usl: UslParameters, throughput: number): UslInversion {
  const refused = (reason: string, message: string): UslInversion => ({ throughput, ...refuse(reason, message) })
  if (isFlat(usl)) return refused('flat-throughput', `${FLAT}; none yields a throughput of its own`)
  if (usl.alpha >= 1) return refused('no-rising-branch', 'alpha = 1: more concurrency never yields more throughput')
  const { peakConcurrency: peak, peakThroughput, ceiling } = uslLimits(usl)
  if (usl.beta > 0 && peak === null) return refused('no-rising-branch', whyNoPeak(usl))
  if (peakThroughput !== null && throughput > peakThroughput * (1 + 1e-12)) {
    return refused(
      'above-peak',
      `the curve peaks at ${peakThroughput.toPrecision(6)} per second; ${throughput} is above it`,
    )
  }
  if (ceiling !== null && throughput >= ceiling) {
    return refused(
      'above-ceiling',
      `throughput approaches ${ceiling.toPrecision(6)} per second and never reaches ${throughput}`,
    )
  }
  const concurrency = concurrencyAtThroughput(usl, throughput)
  const latencySeconds = concurrency === null ? null : latencySecondsAt(usl, concurrency)
  if (concurrency === null || latencySeconds === null) {
    return refused('outside-model', `no concurrency below the peak yields ${throughput} per second`)
  }
  return { throughput, concurrency, latencySeconds }
}

/** The curve of given coefficients; no data, so no intervals. */
export function evaluateUsl(question: UslEvalQuestion): UslEvalAnswer {
  const { gamma, alpha, beta } = question
  const usl = { gamma, alpha, beta }
  return {
    ...usl,
    ...uslLimits(usl),
    predictions: question.at.map((concurrency) => {
      const throughput = throughputAt(usl, concurrency)
      const latencySeconds = latencySecondsAt(usl, concurrency)
      return throughput === null || latencySeconds === null
        ? { concurrency, ...outsideModel(concurrency) }
        : { concurrency, throughput, latencySeconds }
    }),
    inversions: question.throughputs.map((throughput) => uslInversion(usl, throughput)),
  }
}

export function outsideModel(concurrency: number) {
  return refuse('outside-model', `the formula has no positive value at a concurrency of ${concurrency}`)
}
