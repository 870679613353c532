// Can this step carry a claim? k6 exits 0 on a dead target and drops late arrivals in silence, so the answer is ours:
// every reason against, with its figures. Pure.

import { ACHIEVED_OF_OFFERED, GENERATOR_CPU_LIMIT } from '../contracts/evidence-limits.ts'
import { SLOW_SHARE } from '../contracts/judge.ts'
import type { Backlog, FlowFigures, InvalidReason, StepKind } from '../contracts/measurement.ts'
import type { FlowTarget } from '../contracts/plan.ts'
import type { Steadiness } from './steadiness.ts'

/** Of the machine's CPU. The kernel's own work for the load is a few hundredths. */
const OTHER_CPU_LIMIT = 0.3
/** The relay looks once a second when there is little to do: so much lag comes and goes. */
const BACKLOG_GROWTH_SECONDS = 2
/** k6's summary may count an iteration more that it began in the last instant. */
const UNJOURNALED_ITERATIONS = 1

/** Of one flow in the window. */
export interface FlowEvidence {
  readonly figures: FlowFigures
  /** null: the plan has none for it. */
  readonly target: FlowTarget | null
  /** Over the target even without the generator's own delay, 0 … 1. */
  readonly slowWithoutGenerator: number
  readonly steadiness: Steadiness | null
}

/** What can be seen of a window while its process still runs. */
export interface WindowEvidence {
  readonly offeredPerSecond: number
  readonly answeredPerSecond: number
  readonly iterations: number
  readonly answered: number
  readonly dropped: number
  readonly exceptions: number
  readonly flows: Readonly<Record<string, FlowEvidence>>
  readonly generatorCpu: number | null
  /** k6 is our own child: where there is /proc, its CPU can be read. */
  readonly generatorReadable: boolean
  readonly generatorLateP99Ms: number | null
  readonly otherCpu: number | null
  readonly backlog: Backlog | null
}

export interface StepEvidence extends WindowEvidence {
  readonly kind: StepKind
  readonly unreadableLines: number
  readonly mostFrequentFailure: string | null
  readonly generator: {
    readonly exitCode: number | null
    readonly timedOut: boolean
    /** By the user, or because an engine went away. */
    readonly stopped: boolean
    /** By us, before the schedule was over: what is not journaled then was under way. */
    readonly endedEarly: boolean
    readonly log: string
    /** Of the whole process. */
    readonly journaledIterations: number
    /** Iterations in k6's summary; null: it wrote none. */
    readonly summaryIterations: number | null
    readonly journalFound: boolean
  }
  /** Engines lost, target replaced: from the observer. */
  readonly faults: readonly InvalidReason[]
}

type Rule<E> = (evidence: E) => InvalidReason | null

/** k6: 0, or 99 for crossed thresholds, which we judge ourselves. */
const EXPECTED_EXIT_CODES = [0, 99]

const RULES_OF_ANY_STEP: readonly Rule<StepEvidence>[] = [interrupted, generatorFailed, targetDead, scriptExceptions]
/** What the machine and the generator did: another try may go better. */
const RULES_OF_THE_ENVIRONMENT: readonly Rule<WindowEvidence>[] = [
  generatorSaturated,
  generatorUnobserved,
  generatorLate,
  machineBusy,
]
const RULES_OF_OPEN: readonly Rule<StepEvidence>[] = [
  droppedIterations,
  rateNotAchieved,
  ...RULES_OF_THE_ENVIRONMENT,
  notSteady,
  backlogGrows,
]

export function invalidReasons(evidence: StepEvidence): readonly InvalidReason[] {
  const first = [...evidence.faults, ...apply(RULES_OF_ANY_STEP, evidence)]
  // A step that never ran has no rate, no samples and no trend to complain about as well.
  const ran = evidence.answered > 0 && evidence.generator.journalFound
  return evidence.kind !== 'warm-up' && ran ? [...first, ...apply(RULES_OF_OPEN, evidence)] : first
}

/** Of a part of a window, while it runs. */
export function environmentalReasons(evidence: WindowEvidence): readonly InvalidReason[] {
  return evidence.answered > 0 ? apply(RULES_OF_THE_ENVIRONMENT, evidence) : []
}

function apply<E>(rules: readonly Rule<E>[], evidence: E): InvalidReason[] {
  return rules.map((rule) => rule(evidence)).filter((reason) => reason !== null)
}

function interrupted({ generator }: StepEvidence): InvalidReason | null {
  return generator.stopped ? { code: 'interrupted', evidence: 'the step was stopped before its end' } : null
}

function generatorFailed({ generator, unreadableLines }: StepEvidence): InvalidReason | null {
  const { exitCode, timedOut, stopped, endedEarly, log, journaledIterations, summaryIterations, journalFound } =
    generator
  if (stopped || probeRefusal(log) !== null) return null
  const failed = (evidence: string): InvalidReason => ({ code: 'generator-failed', evidence })
  if (timedOut) return failed('k6 did not end in time and was killed')
  if (!endedEarly && (exitCode === null || !EXPECTED_EXIT_CODES.includes(exitCode))) {
    return failed(`k6 ended with ${exitCode ?? 'a signal'}: ${lastLine(log)}`)
  }
  if (!journalFound) return failed('there is no journal')
  if (endedEarly) return null
  if (summaryIterations === null) return failed('k6 wrote no summary')
  if (Math.abs(summaryIterations - journaledIterations) > UNJOURNALED_ITERATIONS || unreadableLines > 0) {
    return failed(
      `k6 counts ${summaryIterations} iterations, the journal ${journaledIterations} and ${unreadableLines} unreadable lines`,
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

function droppedIterations({ dropped, iterations }: WindowEvidence): InvalidReason | null {
  if (dropped === 0) return null
  const share = ((100 * dropped) / Math.max(1, iterations)).toFixed(1)
  return {
    code: 'dropped-iterations',
    evidence: `${dropped} requests (${share} %) found no free virtual user and were sent late; their wait counts`,
  }
}

function rateNotAchieved({ answeredPerSecond, offeredPerSecond }: WindowEvidence): InvalidReason | null {
  if (answeredPerSecond >= ACHIEVED_OF_OFFERED * offeredPerSecond) return null
  return {
    code: 'rate-not-achieved',
    evidence: `${answeredPerSecond.toFixed(1)}/s of ${offeredPerSecond.toFixed(1)}/s offered were answered in time`,
  }
}

function generatorSaturated({ generatorCpu }: WindowEvidence): InvalidReason | null {
  if (generatorCpu === null || generatorCpu < GENERATOR_CPU_LIMIT) return null
  return { code: 'generator-saturated', evidence: `k6 used ${(100 * generatorCpu).toFixed(0)} % of the CPU it may use` }
}

/** A generator that nobody watched may have been the slow one. */
function generatorUnobserved({ generatorCpu, generatorReadable }: WindowEvidence): InvalidReason | null {
  if (generatorCpu !== null || !generatorReadable) return null
  return {
    code: 'generator-unobserved',
    evidence: "k6's CPU was not read during the step: too short a step, or too busy a machine",
  }
}

/**
 * What k6 itself delayed, by sending late or opening a connection, counts in the latency. A target that is met in spite of
 * it is met; it spoils a step when it alone makes a flow miss, or when requests left so late that they were another load.
 */
function generatorLate({ flows, dropped, generatorLateP99Ms: lateMs }: WindowEvidence): InvalidReason | null {
  if (lateMs === null) return null
  const spoilt = Object.entries(flows).find(([, { figures, target, slowWithoutGenerator }]) => {
    const decides = slowShare(figures) > SLOW_SHARE && slowWithoutGenerator <= SLOW_SHARE
    // Where requests wait for a free user the system is full, and k6 is late because of that.
    return target !== null && (decides || (dropped === 0 && lateMs > target.p99Ms))
  })
  if (spoilt === undefined) return null
  const [flow, { target }] = spoilt
  return {
    code: 'generator-late',
    evidence: `k6 itself delayed 1 % of the requests by ${lateMs.toFixed(0)} ms or more; ${flow} may take ${target?.p99Ms} ms`,
  }
}

/** Other work on the machine only ever slows the system down: a target met beside it is met, a miss may be its doing. */
function machineBusy({ otherCpu, flows }: WindowEvidence): InvalidReason | null {
  const missed = Object.entries(flows).find(([, evidence]) => missesTarget(evidence))
  if (otherCpu === null || otherCpu < OTHER_CPU_LIMIT || missed === undefined) return null
  const share = (100 * otherCpu).toFixed(0)
  return {
    code: 'machine-busy',
    evidence: `other work took ${share} % of the machine while ${missed[0]} missed a target`,
  }
}

/**
 * Latency that climbs through the step has no end yet. Latency that falls is still warming up: that makes the system look
 * slower than it is, so a target that is met all the same is met, and one that is missed is not proven to be.
 */
function notSteady({ flows }: WindowEvidence): InvalidReason | null {
  for (const [flow, evidence] of Object.entries(flows)) {
    const { steadiness, figures } = evidence
    if (steadiness === null || steadiness.steady) continue
    const { endOverStart, tau } = steadiness
    const figuresText = `${flow}: latency at the end is ${endOverStart.toFixed(1)} × that at the beginning (Kendall's τ ${tau.toFixed(2)})`
    if (tau > 0) return { code: 'not-steady', evidence: figuresText }
    if (slowShare(figures) > SLOW_SHARE) return { code: 'not-warmed-up', evidence: figuresText }
  }
  return null
}

/** What is promised is not what was sustained while the work behind the answers piles up. */
function backlogGrows({ backlog }: WindowEvidence): InvalidReason | null {
  if (backlog === null || backlog.endSeconds - backlog.startSeconds <= BACKLOG_GROWTH_SECONDS) return null
  const [start, end] = [backlog.startSeconds.toFixed(1), backlog.endSeconds.toFixed(1)]
  return {
    code: 'not-steady',
    evidence: `the oldest order that the search index did not know was ${start} s old at the beginning and ${end} s at the end`,
  }
}

/** As seen, without bounds: enough to ask whether somebody else may have caused it. */
function missesTarget({ figures, target }: FlowEvidence): boolean {
  if (target === null) return false
  return slowShare(figures) > SLOW_SHARE || figures.errors > target.errorRate * figures.iterations
}

function slowShare({ overTarget, good }: FlowFigures): number {
  return overTarget / Math.max(1, good)
}

/** What setup() found wrong with the target, from k6's log. */
function probeRefusal(log: string): string | null {
  return /probe of [^\n]*/.exec(log)?.[0] ?? null
}

function lastLine(log: string): string {
  return log.trim().split('\n').at(-1)?.slice(0, 200) || 'it printed nothing'
}
