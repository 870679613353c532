// A window of a drive → a step: its figures, what the engines did meanwhile, whether it counts, and what it proves.

import { platform } from 'node:process'
import type { JournalEntry } from '../contracts/journal.ts'
import { judge, type Targets } from '../contracts/judge.ts'
import type { InvalidReason, Step, StepKind } from '../contracts/measurement.ts'
import type { ResolvedPlan } from '../contracts/plan.ts'
import { meanRate } from '../contracts/schedule.ts'
import type { Drive, DriveRequest } from './drive.ts'
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
  readonly dueTimesMs: readonly number[]
}

export interface Cut extends Window {
  readonly kind: StepKind
  readonly index: number
}

export function cutStep(drive: Drive, cut: Cut, plan: ResolvedPlan, observer: Observer): Step {
  const { request, startedAtMs, exit } = drive
  const { kind, index, fromMs, toMs } = cut
  const isClosed = request.arrivals === 'closed'
  const { figures, usage, evidence } = lookAt(drive, cut, plan, observer)
  const failures = Object.values(figures.flows).flatMap((flow) => flow.failures)
  const invalid = invalidReasons({
    ...evidence,
    kind,
    unreadableLines: drive.unreadableLines,
    mostFrequentFailure: failures.toSorted((a, b) => b.count - a.count)[0]?.what ?? null,
    generator: {
      ...exit,
      stopped: exit.stopped && !drive.endedEarly,
      endedEarly: drive.endedEarly,
      journaledIterations: drive.entries.length,
      summaryIterations: drive.summaryIterations,
      journalFound: drive.journalFound,
    },
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
    offeredPerSecond: isClosed ? figures.offeredPerSecond : meanRate(request.schedule, fromMs, toMs),
    goodPerSecond: figures.goodPerSecond,
    dropped: figures.dropped,
    generatorLateP99Ms: figures.generatorLateP99Ms,
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
  const { request, entries, startedAtMs, dueTimesMs } = drive
  const targets = targetsOf(plan)
  const asked = Object.keys(request.load.weights)
  const due = dueTimesMs.filter((dueMs) => dueMs >= fromMs && dueMs < toMs).length
  const figures = figuresOf(entries, {
    fromMs,
    toMs,
    targetsMs: Object.fromEntries(asked.map((flow) => [flow, targets[flow]?.p99Ms ?? null])),
    requests: request.arrivals === 'closed' ? null : due,
  })
  const usage = observer.usage(startedAtMs + fromMs, startedAtMs + toMs)
  const flows = Object.entries(figures.flows).map(([flow, ofFlow]) => {
    const target = targets[flow] ?? null
    const steadiness = steadinessOf(figures.seriesMs[flow] ?? [], IGNORED_GROWTH_OF_TARGET * (target?.p99Ms ?? 0))
    return [
      flow,
      { figures: ofFlow, target, steadiness, slowWithoutGenerator: figures.slowWithoutGenerator[flow] ?? 0 },
    ] as const
  })
  const { generatorCpu, otherCpu, backlog } = usage
  return {
    figures,
    usage,
    evidence: {
      ...figures,
      flows: Object.fromEntries(flows),
      generatorCpu,
      generatorReadable: platform === 'linux',
      otherCpu,
      backlog,
    },
  }
}

export function targetsOf({ plan }: ResolvedPlan): Targets {
  return plan.targets
}
