// Can this step carry a claim? k6 exits 0 on a dead target and drops late arrivals in silence, so the answer is ours:
// every reason against, with its figures. Pure.

import { ACHIEVED_OF_OFFERED, GENERATOR_CPU_LIMIT } from '../contracts/evidence-limits.ts'
import type { InvalidReason, LoadFlow } from '../contracts/measurement.ts'
import type { FlowSamples } from '../contracts/step-outcome.ts'
import { MINIMUM_SAMPLES } from './percentiles.ts'
import type { Steadiness } from './steadiness.ts'

/** Less lateness than this share of the p99 target cannot matter. */
export const LATE_SHARE_OF_TARGET = 0.25
/** Of the machine's CPU. The kernel's own work for the load is a few hundredths. */
const OTHER_CPU_LIMIT = 0.3
const LATE_ALWAYS_FINE_MS = 20
/** k6's summary may count an iteration more that it began in the last instant. */
const UNJOURNALED_ITERATIONS = 1

export interface StepEvidence {
  readonly flow: LoadFlow
  readonly kind: 'warm-up' | 'measured'
  readonly targetP99Ms: number
  readonly targetErrorRate: number
  readonly offeredPerSecond: number
  readonly achievedPerSecond: number
  readonly iterations: number
  readonly answered: number
  readonly dropped: number
  readonly exceptions: number
  readonly errorRate: number
  readonly samples: number
  /** Flows of a mix that should have a p99 and have none, while none proves a failure. */
  readonly tooFewOf: readonly FlowSamples[]
  readonly p99Ms: number | null
  readonly serviceP99Ms: number | null
  readonly unreadableLines: number
  readonly generatorCpu: number | null
  /** k6 is our own child: where there is /proc, its CPU can be read. */
  readonly generatorReadable: boolean
  readonly lateP99Ms: number | null
  readonly otherCpu: number | null
  readonly steadiness: Steadiness | null
  readonly mostFrequentFailure: string | null
  readonly generator: {
    readonly exitCode: number | null
    readonly timedOut: boolean
    readonly stopped: boolean
    readonly log: string
    /** Iterations in k6's summary; null: it wrote none. */
    readonly summaryIterations: number | null
    readonly journalFound: boolean
  }
  /** Engines lost, target replaced: from the observer. */
  readonly faults: readonly InvalidReason[]
}

type Rule = (evidence: StepEvidence) => InvalidReason | null

/** k6: 0, or 99 for crossed thresholds, which we judge ourselves. */
const EXPECTED_EXIT_CODES = [0, 99]

const RULES_OF_ANY_STEP: readonly Rule[] = [interrupted, generatorFailed, targetDead, scriptExceptions]
const RULES_OF_MEASURED: readonly Rule[] = [
  droppedIterations,
  rateNotAchieved,
  tooFewSamples,
  generatorSaturated,
  generatorUnobserved,
  generatorLate,
  machineBusy,
  notSteady,
]

export function invalidReasons(evidence: StepEvidence): readonly InvalidReason[] {
  const first = [...evidence.faults, ...apply(RULES_OF_ANY_STEP, evidence)]
  // A step that never ran has no rate, no samples and no trend to complain about as well.
  const ran = evidence.answered > 0 && evidence.generator.journalFound
  return evidence.kind === 'measured' && ran ? [...first, ...apply(RULES_OF_MEASURED, evidence)] : first
}

function apply(rules: readonly Rule[], evidence: StepEvidence): InvalidReason[] {
  return rules.map((rule) => rule(evidence)).filter((reason) => reason !== null)
}

function interrupted({ generator }: StepEvidence): InvalidReason | null {
  return generator.stopped ? { code: 'interrupted', evidence: 'the step was stopped before its end' } : null
}

function generatorFailed({ generator, iterations, unreadableLines, answered }: StepEvidence): InvalidReason | null {
  const { exitCode, timedOut, stopped, log, summaryIterations, journalFound } = generator
  if (stopped || probeRefusal(log) !== null) return null
  const failed = (evidence: string): InvalidReason => ({ code: 'generator-failed', evidence })
  if (timedOut) return failed('k6 did not end in time and was killed')
  if (exitCode === null || !EXPECTED_EXIT_CODES.includes(exitCode)) {
    return failed(`k6 ended with ${exitCode ?? 'a signal'}: ${lastLine(log)}`)
  }
  if (!journalFound && answered === 0 && iterations === 0) return failed('there is no journal')
  if (summaryIterations === null) return failed('k6 wrote no summary')
  if (Math.abs(summaryIterations - iterations) > UNJOURNALED_ITERATIONS || unreadableLines > 0) {
    return failed(
      `k6 counts ${summaryIterations} iterations, the journal ${iterations} and ${unreadableLines} unreadable lines`,
    )
  }
  return null
}

function targetDead({ generator, answered, iterations, mostFrequentFailure }: StepEvidence): InvalidReason | null {
  const refusal = probeRefusal(generator.log)
  if (refusal !== null) return { code: 'target-dead', evidence: refusal }
  if (iterations === 0 || answered > 0) return null
  return { code: 'target-dead', evidence: `none of ${iterations} requests was answered: ${mostFrequentFailure}` }
}

function scriptExceptions({ exceptions, mostFrequentFailure }: StepEvidence): InvalidReason | null {
  if (exceptions === 0) return null
  return { code: 'script-exceptions', evidence: `${exceptions} iterations threw, such as: ${mostFrequentFailure}` }
}

function droppedIterations({ dropped, iterations }: StepEvidence): InvalidReason | null {
  if (dropped === 0) return null
  const share = ((100 * dropped) / (dropped + iterations)).toFixed(1)
  return { code: 'dropped-iterations', evidence: `${dropped} arrivals (${share} %) found no free virtual user` }
}

function rateNotAchieved({ achievedPerSecond, offeredPerSecond }: StepEvidence): InvalidReason | null {
  if (achievedPerSecond >= ACHIEVED_OF_OFFERED * offeredPerSecond) return null
  return {
    code: 'rate-not-achieved',
    evidence: `${achievedPerSecond.toFixed(1)}/s of ${offeredPerSecond}/s offered were answered in time`,
  }
}

/** Enough wrong answers prove a failure without any p99. */
function tooFewSamples(evidence: StepEvidence): InvalidReason | null {
  const { samples, answered, errorRate, targetErrorRate, flow, tooFewOf } = evidence
  const [first] = tooFewOf
  if (samples >= MINIMUM_SAMPLES.p99) return first === undefined ? null : tooFew(first.samples, first.flow)
  if (answered >= MINIMUM_SAMPLES.p99 && errorRate > targetErrorRate) return null
  return tooFew(samples, flow)
}

function tooFew(samples: number, flow: LoadFlow): InvalidReason {
  return {
    code: 'too-few-samples',
    evidence: `${samples} right answers of ${flow}; a p99 needs ${MINIMUM_SAMPLES.p99}: hold longer or offer more`,
  }
}

function generatorSaturated({ generatorCpu }: StepEvidence): InvalidReason | null {
  if (generatorCpu === null || generatorCpu < GENERATOR_CPU_LIMIT) return null
  return { code: 'generator-saturated', evidence: `k6 used ${(100 * generatorCpu).toFixed(0)} % of the CPU it may use` }
}

/** A generator that nobody watched may have been the slow one. */
function generatorUnobserved({ generatorCpu, generatorReadable }: StepEvidence): InvalidReason | null {
  if (generatorCpu !== null || !generatorReadable) return null
  return {
    code: 'generator-unobserved',
    evidence: "k6's CPU was not read during the step: too short a step, or too busy a machine",
  }
}

/**
 * Lateness counts in the latency from the intended start, so a target that is met in spite of it is met, and one that
 * the service time misses alone is missed. It spoils a step when it decides the result, or when requests left so late
 * that they were not the load that was offered.
 */
function generatorLate(evidence: StepEvidence): InvalidReason | null {
  const { lateP99Ms, targetP99Ms, p99Ms, serviceP99Ms } = evidence
  if (lateP99Ms === null || lateP99Ms <= Math.max(LATE_ALWAYS_FINE_MS, LATE_SHARE_OF_TARGET * targetP99Ms)) return null
  const missed = p99Ms !== null && p99Ms > targetP99Ms
  const decides = missed && (serviceP99Ms ?? 0) <= targetP99Ms
  if (!decides && lateP99Ms <= targetP99Ms) return null
  return {
    code: 'generator-late',
    evidence: `1 % of the requests left k6 ${lateP99Ms.toFixed(0)} ms late or more, for a target of ${targetP99Ms} ms`,
  }
}

/** Other work on the machine only ever slows the system down: a target met beside it is met, a miss may be its doing. */
function machineBusy({ otherCpu, p99Ms, targetP99Ms, errorRate, targetErrorRate }: StepEvidence): InvalidReason | null {
  const missed = (p99Ms !== null && p99Ms > targetP99Ms) || errorRate > targetErrorRate
  if (otherCpu === null || otherCpu < OTHER_CPU_LIMIT || !missed) return null
  const share = (100 * otherCpu).toFixed(0)
  return { code: 'machine-busy', evidence: `other work took ${share} % of the machine while a target was missed` }
}

/**
 * Latency that climbs through the step has no end yet. Latency that falls is still warming up: that makes the system look
 * slower than it is, so a target that is met all the same is met, and one that is missed is not proven to be.
 */
function notSteady({ steadiness, p99Ms, targetP99Ms }: StepEvidence): InvalidReason | null {
  if (steadiness === null || steadiness.steady) return null
  const { endOverStart, tau } = steadiness
  const figures = `latency at the end is ${endOverStart.toFixed(1)} × that at the beginning (Kendall's τ ${tau.toFixed(2)})`
  if (tau > 0) return { code: 'not-steady', evidence: figures }
  return p99Ms !== null && p99Ms > targetP99Ms ? { code: 'not-warmed-up', evidence: figures } : null
}

/** What setup() found wrong with the target, from k6's log. */
function probeRefusal(log: string): string | null {
  return /probe of [^\n]*/.exec(log)?.[0] ?? null
}

function lastLine(log: string): string {
  return log.trim().split('\n').at(-1)?.slice(0, 200) || 'it printed nothing'
}
