// A window of a drive → a step: its figures, what the engines did meanwhile, whether it counts, and what it proves.

import { platform } from 'node:process'
import type { JournalEntry } from '../contracts/journal.ts'
import { judge, type Targets } from '../contracts/judge.ts'
import type { InvalidReason, Step, StepKind } from '../contracts/measurement.ts'
import type { ResolvedPlan } from '../contracts/plan.ts'
import { meanRate } from '../contracts/schedule.ts'
import type { Share } from '../contracts/share.ts'
import { type Drive, type DriveRequest, partOf } from './drive.ts'
import { generatorEvidence, generatorFigures } from './generator-evidence.ts'
import type { Observer, Usage } from './observer.ts'
import { steadinessOf } from './steadiness.ts'
import { environmentalReasons, invalidReasons, type WindowEvidence } from './validity.ts'
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

export interface Cut extends Window {
  readonly kind: StepKind
  readonly index: number
}

export function cutStep(drive: Drive, cut: Cut, plan: ResolvedPlan, observer: Observer): Step {
  const { request, startedAtMs, ends, endedEarly } = drive
  const { kind, index, fromMs, toMs } = cut
  const isClosed = request.arrivals === 'closed'
  const { figures, usage, evidence } = lookAt(drive, cut, plan, observer)
  const failures = Object.values(figures.flows).flatMap((flow) => flow.failures)
  const invalid = invalidReasons({
    ...evidence,
    kind,
    mostFrequentFailure: failures.toSorted((a, b) => b.count - a.count)[0]?.what ?? null,
    ends,
    stopped: ends.some(({ stopped }) => stopped) && !endedEarly,
    endedEarly,
    faults: observer.faults(drive.beganAtMs, drive.endedAtMs),
  })
  return {
    load: request.load.name,
    index,
    kind,
    journal: drive.journalFile,
    fromMs,
    toMs,
    startedAt: new Date(startedAtMs + fromMs).toISOString(),
    arrivals: request.arrivals,
    // As asked for: how many fell into the window differs by one or two.
    offeredPerSecond: isClosed
      ? figures.offeredPerSecond
      : partOf(drive.shares) * meanRate(request.schedule, fromMs, toMs),
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

/** What machine and generator did to a part of a drive that still runs. */
export function environmentOf(
  drive: DriveSoFar,
  window: Window,
  plan: ResolvedPlan,
  observer: Observer,
): readonly InvalidReason[] {
  return environmentalReasons(lookAt(drive, window, plan, observer).evidence)
}

interface Look {
  readonly figures: WindowFigures
  readonly usage: Usage
  readonly evidence: WindowEvidence
}

function lookAt(drive: DriveSoFar, { fromMs, toMs }: Window, plan: ResolvedPlan, observer: Observer): Look {
  const { request, entries, startedAtMs, shares, dueTimesMs } = drive
  const targets = targetsOf(plan)
  const asked = Object.keys(request.load.weights)
  const due = dueTimesMs.filter((dueMs) => dueMs >= fromMs && dueMs < toMs).length
  const targetsMs = Object.fromEntries(asked.map((flow) => [flow, targets[flow]?.p99Ms ?? null]))
  const figures = figuresOf(entries, {
    fromMs,
    toMs,
    targetsMs,
    requests: request.arrivals === 'closed' ? null : due,
  })
  const usage = observer.usage(startedAtMs + fromMs, startedAtMs + toMs)
  const flows = Object.entries(figures.flows).map(([flow, ofFlow]) => {
    const target = targets[flow] ?? null
    const steadiness = steadinessOf(figures.seriesMs[flow] ?? [], IGNORED_GROWTH_OF_TARGET * (target?.p99Ms ?? 0))
    return [flow, { figures: ofFlow, target, steadiness }] as const
  })
  const { generatorCpu, otherCpu, backlog } = usage
  const inside = entries.filter(({ dueMs }) => dueMs >= fromMs && dueMs < toMs)
  const ownCpu = shares.length === 1 ? generatorCpu : null
  return {
    figures,
    usage,
    evidence: {
      ...figures,
      flows: Object.fromEntries(flows),
      generatorCpu,
      generators: shares.map((share) => generatorEvidence(inside, share, targetsMs, ownCpu)),
      generatorReadable: platform === 'linux',
      otherCpu,
      backlog,
    },
  }
}

function latest(generators: WindowEvidence['generators']): number | null {
  const delays = generators.flatMap(({ lateP99Ms }) => lateP99Ms ?? [])
  return delays.length === 0 ? null : Math.max(...delays)
}

export function targetsOf({ plan }: ResolvedPlan): Targets {
  return plan.targets
}
