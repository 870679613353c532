// A window of a drive → a step: its figures, what the engines did meanwhile, whether it counts, and what it proves.

import { platform } from 'node:process'
import { isAnswer, type JournalEntry } from '../contracts/journal.ts'
import { judge, type Targets } from '../contracts/judge.ts'
import type { InvalidReason, Step, StepKind } from '../contracts/measurement.ts'
import type { ResolvedPlan } from '../contracts/plan.ts'
import { meanRate } from '../contracts/schedule.ts'
import type { Share } from '../contracts/share.ts'
import { type Drive, type DriveRequest, partOf } from './drive.ts'
import { generatorEvidence, generatorFigures } from './generator-evidence.ts'
import type { Observer, Usage } from './observer.ts'
import { steadinessOf } from './steadiness.ts'
import { environmentalReasons, invalidReasons, type WindowEvidence, windowReasons } from './validity.ts'
import { figuresOf, type Window, type WindowFigures } from './window-figures.ts'

/** Latency below a twentieth of the target may grow as it likes. */
const IGNORED_GROWTH_OF_TARGET = 0.05

/** What is known of a drive while it runs, and after. */
export interface DriveSoFar {
  readonly request: Pick<DriveRequest, 'load' | 'arrivals'>
  readonly entries: readonly JournalEntry[]
  readonly startedAtMs: number
  readonly shares: readonly Share[]
  readonly dueTimesMs: readonly number[]
}

/** A drive that is over, on this machine or on several. */
export interface OfferedLoad extends DriveSoFar {
  readonly request: Pick<DriveRequest, 'load' | 'arrivals' | 'schedule'>
  readonly journalFile: string
}

export interface Cut extends Window {
  readonly kind: StepKind
  readonly index: number
  /** It answered before and it answers after; absent: nobody asked. */
  readonly targetLives?: boolean
}

/** What the machines did in the window. */
export interface Seen {
  readonly usage: Usage
  /** Of each share; null: not read, or judged with the others. */
  readonly generatorCpus: readonly (number | null)[]
  readonly generatorReadable: boolean
}

export function cutStep(drive: Drive, cut: Cut, plan: ResolvedPlan, observer: Observer): Step {
  const { ends, endedEarly, beganAtMs, endedAtMs } = drive
  const look = lookAt(drive, cut, plan, seenBy(observer, drive, cut))
  const failures = Object.values(look.figures.flows).flatMap((flow) => flow.failures)
  const invalid = invalidReasons({
    ...look.evidence,
    kind: cut.kind,
    mostFrequentFailure: failures.toSorted((a, b) => b.count - a.count)[0]?.what ?? null,
    ends,
    stopped: ends.some(({ stopped }) => stopped) && !endedEarly,
    endedEarly,
    targetLives: cut.targetLives ?? false,
    faults: observer.faults(beganAtMs, endedAtMs),
  })
  return stepOf(drive, cut, look, invalid, plan)
}

/** Of what several machines offered together. `found`: what became of their processes, as each of them saw it. */
export function cutMergedStep(
  offered: OfferedLoad,
  cut: Cut,
  plan: ResolvedPlan,
  seen: Seen,
  found: readonly InvalidReason[],
): Step {
  const look = lookAt(offered, cut, plan, seen)
  return stepOf(offered, cut, look, [...found, ...windowReasons(look.evidence)], plan)
}

/** What machine and generator did to a part of a drive that still runs. */
export function environmentOf(
  drive: DriveSoFar,
  window: Window,
  plan: ResolvedPlan,
  observer: Observer,
): readonly InvalidReason[] {
  return environmentalReasons(lookAt(drive, window, plan, seenBy(observer, drive, window)).evidence)
}

interface Look {
  readonly figures: WindowFigures
  readonly usage: Usage
  readonly evidence: WindowEvidence
}

function seenBy(observer: Observer, { startedAtMs, shares }: DriveSoFar, { fromMs, toMs }: Window): Seen {
  const usage = observer.usage(startedAtMs + fromMs, startedAtMs + toMs)
  const generatorCpus = shares.map(() => (shares.length === 1 ? usage.generatorCpu : null))
  return { usage, generatorCpus, generatorReadable: platform === 'linux' }
}

function lookAt(drive: DriveSoFar, { fromMs, toMs }: Window, plan: ResolvedPlan, seen: Seen): Look {
  const { request, entries, shares, dueTimesMs } = drive
  const { usage, generatorCpus, generatorReadable } = seen
  const targets = targetsOf(plan)
  const asked = Object.keys(request.load.weights)
  const due = dueTimesMs.filter((dueMs) => dueMs >= fromMs && dueMs < toMs).length
  const targetsMs = Object.fromEntries(asked.map((flow) => [flow, targets[flow]?.p99Ms ?? null]))
  const requests = request.arrivals === 'closed' ? null : due
  const figures = figuresOf(entries, { fromMs, toMs, targetsMs, requests })
  const flows = Object.entries(figures.flows).map(([flow, ofFlow]) => {
    const target = targets[flow] ?? null
    const steadiness = steadinessOf(figures.seriesMs[flow] ?? [], IGNORED_GROWTH_OF_TARGET * (target?.p99Ms ?? 0))
    return [flow, { figures: ofFlow, target, steadiness }] as const
  })
  const { generatorCpu, otherCpu, backlog } = usage
  const inside = entries.filter(({ dueMs }) => dueMs >= fromMs && dueMs < toMs)
  return {
    figures,
    usage,
    evidence: {
      ...figures,
      everAnswered: entries.some(({ outcome }) => isAnswer(outcome)),
      flows: Object.fromEntries(flows),
      generatorCpu,
      generators: shares.map((share, at) => generatorEvidence(inside, share, targetsMs, generatorCpus[at] ?? null)),
      generatorReadable,
      otherCpu,
      backlog,
    },
  }
}

function stepOf(
  { request, startedAtMs, shares, journalFile }: OfferedLoad,
  { kind, index, fromMs, toMs }: Cut,
  { figures, usage, evidence }: Look,
  invalid: readonly InvalidReason[],
  plan: ResolvedPlan,
): Step {
  return {
    load: request.load.name,
    index,
    kind,
    journal: journalFile,
    fromMs,
    toMs,
    startedAt: new Date(startedAtMs + fromMs).toISOString(),
    arrivals: request.arrivals,
    // As asked for: how many fell into the window differs by one or two.
    offeredPerSecond:
      request.arrivals === 'closed'
        ? figures.offeredPerSecond
        : partOf(shares) * meanRate(request.schedule, fromMs, toMs),
    goodPerSecond: figures.goodPerSecond,
    dropped: figures.dropped,
    generatorLateP99Ms: latest(evidence.generators),
    generators: evidence.generators.map(generatorFigures),
    flows: figures.flows,
    ...usage,
    invalid,
    judgement: judge({ flows: figures.flows, invalid }, targetsOf(plan)),
  }
}

function latest(generators: WindowEvidence['generators']): number | null {
  const delays = generators.flatMap(({ lateP99Ms }) => lateP99Ms ?? [])
  return delays.length === 0 ? null : Math.max(...delays)
}

export function targetsOf({ plan }: ResolvedPlan): Targets {
  return plan.flows === undefined ? plan.targets : { ...plan.targets, ...plan.flows }
}
