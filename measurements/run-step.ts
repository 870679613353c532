// One step: one process of k6 at one rate, what it journaled, what the engines did meanwhile, and whether it counts.

import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { platform } from 'node:process'
import type { Arrivals, LoadFlow, Step } from '../contracts/measurement.ts'
import type { Flow, ResolvedPlan } from '../contracts/plan.ts'
import { FLOWS } from '../contracts/plan.ts'
import { RUN_FILES, STEP_FILES, stepFolder } from '../contracts/run-folder.ts'
import { judgeable, missesTarget } from '../contracts/step-outcome.ts'
import { figuresOf, type Journal, readJournal } from './journal.ts'
import { type K6Exit, startK6 } from './k6.ts'
import type { Observer } from './observer.ts'
import { DISCARDED_SECONDS } from './profiles.ts'
import { steadinessOf } from './steadiness.ts'
import type { Target } from './target.ts'
import { invalidReasons } from './validity.ts'

export interface StepContext {
  readonly runDir: string
  readonly runId: string
  readonly target: Target
  readonly plan: ResolvedPlan
  readonly k6Program: string
  readonly observer: Observer
  /** Aborted by the user, or when an engine went away. */
  readonly signal: AbortSignal
}

export interface StepRequest {
  readonly flow: LoadFlow
  readonly index: number
  readonly kind: Step['kind']
  readonly arrivals: Arrivals
  /** Of a closed step: not used. */
  readonly ratePerSecond: number
  readonly holdSeconds: number
  readonly virtualUsers: number
}

/** k6 starts, makes its users and orders, and lets the last requests finish. */
const START_AND_STOP_SECONDS = 90
/** Latency below a twentieth of the target may grow as it likes. */
const IGNORED_GROWTH_OF_TARGET = 0.05

export async function runStep(request: StepRequest, context: StepContext): Promise<Step> {
  const { flow, index, holdSeconds } = request
  const { runDir, observer, signal } = context
  const folder = stepFolder(flow, index)
  const path = (file: string) => join(runDir, folder, file)
  await mkdir(join(runDir, folder), { recursive: true })
  const process = startK6({
    program: context.k6Program,
    flow,
    settings: settingsOf(request, context, path(STEP_FILES.summary)),
    journalPath: path(STEP_FILES.journal),
    logPath: path(STEP_FILES.log),
    timeoutSeconds: holdSeconds + START_AND_STOP_SECONDS,
  })
  observer.watchGenerator(process.pid)
  signal.addEventListener('abort', process.stop)
  if (signal.aborted) process.stop()
  const beganAtMs = Date.now()
  const exit = await process.exited.finally(() => {
    signal.removeEventListener('abort', process.stop)
    observer.forgetGenerator(process.pid)
  })
  const journal = await readJournal(path(STEP_FILES.journal)).catch(() => null)
  const summary = await readSummary(path(STEP_FILES.summary))
  return stepOf(request, context, { exit, journal, summary, beganAtMs, journalFile: `${folder}/${STEP_FILES.journal}` })
}

interface Outcome {
  readonly exit: K6Exit
  readonly journal: Journal | null
  readonly summary: Summary | null
  readonly beganAtMs: number
  readonly journalFile: string
}

function stepOf(request: StepRequest, { plan, observer }: StepContext, outcome: Outcome): Step {
  const { flow, index, kind, arrivals, holdSeconds } = request
  const { exit, journal, summary, beganAtMs, journalFile } = outcome
  const targetP99Ms = targetP99Of(flow, plan)
  const startedAtMs = journal?.startedAtMs ?? beganAtMs
  const endedAtMs = startedAtMs + holdSeconds * 1000
  const { answered, exceptions, lateP99Ms, steadySeriesMs, ...figures } = figuresOf(journal?.entries ?? [], {
    durationSeconds: holdSeconds,
    discardedSeconds: DISCARDED_SECONDS,
    offeredPerSecond: arrivals === 'closed' ? null : request.ratePerSecond,
    patienceSeconds: targetP99Ms / 1000,
    dropped: summary?.dropped ?? 0,
  })
  const { generatorCpu, machineCpu, otherCpu, components, ...counters } = observer.usage(
    startedAtMs + DISCARDED_SECONDS * 1000,
    endedAtMs,
  )
  const invalid = invalidReasons({
    flow,
    kind,
    targetP99Ms,
    targetErrorRate: Math.min(...flowsOf(flow).map((name) => plan.plan.targets[name].errorRate)),
    ...figures,
    answered,
    exceptions,
    dropped: summary?.dropped ?? 0,
    samples: figures.fromIntendedStart.samples,
    tooFewOf: missesTarget({ flow, ...figures }, plan.plan) ? [] : judgeable({ flow, ...figures }, plan.plan).tooFew,
    p99Ms: figures.fromIntendedStart.p99Ms,
    serviceP99Ms: figures.serviceTime.p99Ms,
    unreadableLines: journal?.unreadableLines ?? 0,
    generatorCpu,
    generatorReadable: platform === 'linux',
    lateP99Ms,
    otherCpu,
    steadiness: steadinessOf(steadySeriesMs, IGNORED_GROWTH_OF_TARGET * targetP99Ms),
    mostFrequentFailure: figures.failures[0]?.what ?? null,
    generator: { ...exit, summaryIterations: summary?.iterations ?? null, journalFound: journal !== null },
    faults: observer.faults(beganAtMs, Math.max(endedAtMs, Date.now())),
  })
  return {
    flow,
    index,
    kind,
    startedAt: new Date(startedAtMs).toISOString(),
    durationSeconds: holdSeconds,
    arrivals,
    discardedSeconds: DISCARDED_SECONDS,
    ...figures,
    dropped: summary?.dropped ?? 0,
    generatorCpu,
    generatorLateP99Ms: lateP99Ms,
    machineCpu,
    otherCpu,
    components,
    ...counters,
    valid: invalid.length === 0,
    invalid,
    journal: journalFile,
  }
}

function settingsOf(
  request: StepRequest,
  { runDir, runId, target, plan }: StepContext,
  summaryPath: string,
): Readonly<Record<string, string>> {
  const { flow, index, arrivals, ratePerSecond, holdSeconds, virtualUsers } = request
  return {
    BASE_URL: target.baseUrl,
    JWT_SECRET: target.jwtSecret,
    ARRIVALS: arrivals,
    RATE: String(ratePerSecond),
    DURATION: `${holdSeconds}s`,
    VIRTUAL_USERS: String(virtualUsers),
    RUN_ID: `${runId.replaceAll(/[^A-Za-z0-9_-]/g, '-').slice(0, 38)}-${flow.slice(0, 2)}${index}`,
    DATASET: join(runDir, RUN_FILES.dataset),
    SUMMARY: summaryPath,
    MIX: FLOWS.map((name) => `${name}=${plan.plan.requestsPerOrder[name]}`).join(','),
  }
}

/** The strictest of a mix: what its whole is judged by beside each flow's own. */
export function targetP99Of(flow: LoadFlow, { plan }: ResolvedPlan): number {
  return Math.min(...flowsOf(flow).map((name) => plan.targets[name].p99Ms))
}

export function flowsOf(flow: LoadFlow): readonly Flow[] {
  return flow === 'mix' ? FLOWS : [flow]
}

interface Summary {
  readonly iterations: number
  readonly dropped: number
}

/** null: k6 wrote none, or not one we know. */
async function readSummary(path: string): Promise<Summary | null> {
  try {
    const { metrics } = JSON.parse(await readFile(path, 'utf8')) as {
      readonly metrics: Readonly<Record<string, { readonly values?: { readonly count?: number } }>>
    }
    const count = (name: string) => metrics[name]?.values?.count ?? 0
    return { iterations: count('iterations'), dropped: count('dropped_iterations') }
  } catch {
    return null
  }
}
