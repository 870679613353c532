// Can this step carry a claim? k6 exits 0 on a dead target and drops late arrivals in silence, so the answer is ours:
// every reason against, with its figures. Pure.

import { ACHIEVED_OF_OFFERED, GENERATOR_CPU_LIMIT } from '../contracts/evidence-limits.ts'
import { SLOW_SHARE } from '../contracts/judge.ts'
import type { Backlog, FlowFigures, InvalidReason, StepKind } from '../contracts/measurement.ts'
import type { FlowTarget } from '../contracts/plan.ts'
import { generatorName } from '../contracts/share.ts'
import type { GeneratorEvidence } from './generator-evidence.ts'
import type { GeneratorEnd } from './generators.ts'
import type { K6Exit } from './k6.ts'
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
  readonly steadiness: Steadiness | null
}

/** What can be seen of a window while its process still runs. */
export interface WindowEvidence {
  readonly offeredPerSecond: number
  readonly answeredPerSecond: number
  readonly iterations: number
  readonly answered: number
  /** Something was, before the window or after it. */
  readonly everAnswered: boolean
  readonly dropped: number
  /** Of the dropped: sent not late but never. */
  readonly leftOver: number
  readonly exceptions: number
  readonly flows: Readonly<Record<string, FlowEvidence>>
  /** Of all that share a machine; of the busiest where they have one each. */
  readonly generatorCpu: number | null
  /** k6 is our own child: where there is /proc, its CPU can be read. */
  readonly generatorReadable: boolean
  readonly generators: readonly GeneratorEvidence[]
  readonly otherCpu: number | null
  readonly backlog: Backlog | null
}

export interface StepEvidence extends WindowEvidence {
  readonly kind: StepKind
  readonly mostFrequentFailure: string | null
  readonly ends: readonly GeneratorEnd[]
  /** By the user, or because an engine went away. */
  readonly stopped: boolean
  /** By us, before the schedule was over: what is not journaled then was under way. */
  readonly endedEarly: boolean
  /** Asked afterwards: it answers. What it did not answer here was too much for it. */
  readonly targetLives: boolean
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
const RULES_OF_OPEN: readonly Rule<WindowEvidence>[] = [
  droppedIterations,
  rateNotAchieved,
  ...RULES_OF_THE_ENVIRONMENT,
  notSteady,
  backlogGrows,
]

export function invalidReasons(evidence: StepEvidence): readonly InvalidReason[] {
  const first = [...evidence.faults, ...apply(RULES_OF_ANY_STEP, evidence)]
  if (evidence.kind === 'warm-up') return first
  return [...first, ...(evidence.targetLives ? apply(RULES_OF_OPEN, evidence) : windowReasons(evidence))]
}

/** Without what became of the processes. Where nothing was due or nobody ever answers, there is no rate to complain about. */
export function windowReasons(evidence: WindowEvidence): readonly InvalidReason[] {
  return evidence.everAnswered && evidence.iterations > 0 ? apply(RULES_OF_OPEN, evidence) : []
}

/** Of a part of a window, while it runs. Refused connections are no answers, and may be the generator's doing. */
export function environmentalReasons(evidence: WindowEvidence): readonly InvalidReason[] {
  return evidence.iterations > 0 ? apply(RULES_OF_THE_ENVIRONMENT, evidence) : []
}

function apply<E>(rules: readonly Rule<E>[], evidence: E): InvalidReason[] {
  return rules.map((rule) => rule(evidence)).filter((reason) => reason !== null)
}

function interrupted({ stopped }: StepEvidence): InvalidReason | null {
  return stopped ? { code: 'interrupted', evidence: 'the step was stopped before its end' } : null
}

/** The first of them that did not do what it was told: what the others did is then another load. */
function generatorFailed({ ends, stopped, endedEarly }: StepEvidence): InvalidReason | null {
  if (stopped || probeRefusalOf(ends) !== null) return null
  for (const end of ends) {
    const failure = failureOf(end, endedEarly)
    if (failure !== null) return { code: 'generator-failed', evidence: `${generatorName(end.share)} ${failure}` }
  }
  return null
}

/** With its schedule at an end: what it did not do until then, it was not able to. */
export function endedByItself({ exitCode, timedOut, stopped }: K6Exit): boolean {
  return !timedOut && !stopped && exitCode !== null && EXPECTED_EXIT_CODES.includes(exitCode)
}

function failureOf(end: GeneratorEnd, endedEarly: boolean): string | null {
  const { exitCode, timedOut, log, journaledIterations, unreadableLines, summaryIterations, journalFound } = end
  if (timedOut) return 'did not end in time and was killed'
  if (!endedEarly && (exitCode === null || !EXPECTED_EXIT_CODES.includes(exitCode))) {
    return `ended with ${exitCode ?? 'a signal'}: ${lastLine(log)}`
  }
  if (!journalFound) return 'left no journal'
  if (endedEarly) return null
  if (summaryIterations === null) return 'wrote no summary'
  if (Math.abs(summaryIterations - journaledIterations) > UNJOURNALED_ITERATIONS || unreadableLines > 0) {
    return `counts ${summaryIterations} iterations, its journal ${journaledIterations} and ${unreadableLines} unreadable lines`
  }
  return null
}

/** A system that answered and then no more is overloaded, or it has died: the observer and the end of the run say which. */
function targetDead({
  ends,
  everAnswered,
  iterations,
  targetLives,
  mostFrequentFailure,
}: StepEvidence): InvalidReason | null {
  const refusal = probeRefusalOf(ends)
  if (refusal !== null) return { code: 'target-dead', evidence: refusal }
  if (iterations === 0 || everAnswered || targetLives) return null
  return { code: 'target-dead', evidence: `none of ${iterations} requests was answered: ${mostFrequentFailure}` }
}

function scriptExceptions({ exceptions, mostFrequentFailure }: StepEvidence): InvalidReason | null {
  if (exceptions === 0) return null
  return { code: 'script-exceptions', evidence: `${exceptions} iterations threw, such as: ${mostFrequentFailure}` }
}

function droppedIterations({ dropped, leftOver, iterations, generators }: WindowEvidence): InvalidReason | null {
  if (dropped === 0) return null
  const share = ((100 * dropped) / Math.max(1, iterations)).toFixed(1)
  const whose = generators.length === 1 ? '' : ` of ${generatorsThat(generators, (one) => one.dropped > 0)}`
  const became =
    leftOver === 0
      ? 'were sent late; their wait counts'
      : `were sent late, or never (${leftOver}), before the load ended`
  return {
    code: 'dropped-iterations',
    evidence: `${dropped} requests (${share} %)${whose} found no free virtual user and ${became}`,
  }
}

function generatorsThat(generators: readonly GeneratorEvidence[], is: (one: GeneratorEvidence) => boolean): string {
  return generators
    .filter(is)
    .map(({ share }) => generatorName(share))
    .join(', ')
}

function rateNotAchieved({ answeredPerSecond, offeredPerSecond }: WindowEvidence): InvalidReason | null {
  if (answeredPerSecond >= ACHIEVED_OF_OFFERED * offeredPerSecond) return null
  return {
    code: 'rate-not-achieved',
    evidence: `${answeredPerSecond.toFixed(1)}/s of ${offeredPerSecond.toFixed(1)}/s offered were answered in time`,
  }
}

/** Generators on one machine share its CPU, so they are judged together; those of other machines each by itself. */
function generatorSaturated({ generatorCpu, generators }: WindowEvidence): InvalidReason | null {
  if (generatorCpu === null || generatorCpu < GENERATOR_CPU_LIMIT) return null
  const busiest = generatorsThat(generators, ({ cpu }) => cpu === generatorCpu)
  return {
    code: 'generator-saturated',
    evidence: `${busiest || 'k6'} used ${(100 * generatorCpu).toFixed(0)} % of the CPU it may use`,
  }
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
 * What a generator itself delayed, by sending late or opening a connection, counts in the latency. A target that its own
 * requests meet in spite of it is met; it spoils a step when it alone makes them miss, or when they left so late that they
 * were another load.
 */
function generatorLate({ generators, flows }: WindowEvidence): InvalidReason | null {
  for (const generator of generators) {
    const late = lateFor(generator, flows)
    if (late !== null) return { code: 'generator-late', evidence: late }
  }
  return null
}

function lateFor({ share, lateP99Ms, dropped, flows: own }: GeneratorEvidence, flows: WindowEvidence['flows']) {
  if (lateP99Ms === null) return null
  const spoilt = Object.entries(flows).find(([flow, { target }]) => {
    const { slow, slowWithoutDelay } = own[flow] ?? { slow: 0, slowWithoutDelay: 0 }
    const decides = slow > SLOW_SHARE && slowWithoutDelay <= SLOW_SHARE
    // Where requests wait for a free user the system is full, and k6 is late because of that.
    return target !== null && (decides || (dropped === 0 && lateP99Ms > target.p99Ms))
  })
  if (spoilt === undefined) return null
  const [flow, { target }] = spoilt
  return `${generatorName(share)} itself delayed 1 % of ${share.of === 1 ? 'the' : 'its'} requests by ${lateP99Ms.toFixed(0)} ms or more; ${flow} may take ${target?.p99Ms} ms`
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
function probeRefusalOf(ends: readonly GeneratorEnd[]): string | null {
  return ends.map(({ log }) => /probe of [^\n]*/.exec(log)?.[0]).find((refusal) => refusal !== undefined) ?? null
}

function lastLine(log: string): string {
  return log.trim().split('\n').at(-1)?.slice(0, 200) || 'it printed nothing'
}
