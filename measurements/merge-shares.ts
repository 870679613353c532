// Runs that each offered a share of one load → the run that one generator would have made of it: journals merged request
// by request, every window cut and judged anew.

import { mkdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { InvalidReason, LoadResult, Measurements, Step } from '../contracts/measurement.ts'
import { Refusal } from '../contracts/refusal.ts'
import { DRIVE_FILES, driveFolder, RUN_FILES } from '../contracts/run-folder.ts'
import { parseSchedule } from '../contracts/schedule.ts'
import { generatorName } from '../contracts/share.ts'
import { dueTimesOf } from '../contracts/workload.ts'
import { clockSkew, skewText } from './clock-skew.ts'
import { cutMergedStep, type OfferedLoad, type Seen } from './cut-step.ts'
import { mergedEntries, writeJournal } from './journal.ts'
import { type Load, loadOf } from './load.ts'
import type { Asked } from './profile-claims/asked.ts'
import type { ScheduledProfile } from './profiles.ts'
import { writeRunFile } from './run-file.ts'
import { answerOf, scheduleFor } from './scheduled-load.ts'
import { mismatches } from './share-mismatch.ts'
import type { ShareRun } from './share-run.ts'

export interface MergeRequest {
  readonly shares: readonly ShareRun[]
  readonly runDir: string
  readonly command: string
}

/** Throws a Refusal for runs that do not belong together. */
export async function mergeShares({ shares, runDir, command }: MergeRequest): Promise<Measurements> {
  const why = mismatches(shares)
  if (why.length > 0) throw notTogether(why)
  const runs = shares.toSorted((a, b) => a.share.index - b.share.index)
  const system = runs.find(seesTheSystem) ?? runs[0]!
  const load = loadOf(system.measurements.results[0]?.load ?? '', system.plan.plan)
  const offered = offeredBy(runs, system, load)
  await mkdir(join(runDir, driveFolder(load.name, 0)), { recursive: true })
  await writeJournal(join(runDir, offered.journalFile), offered)
  const steps = system.measured.map((step, at) => mergedStep(offered, runs, system, step, at))
  const measurements: Measurements = {
    ...system.measurements,
    runId: basename(runDir),
    startedAt: earliest(runs.map((run) => run.measurements.startedAt)),
    finishedAt: latest(runs.map((run) => run.measurements.finishedAt)),
    command,
    conditions: {
      ...system.measurements.conditions,
      generatorPlace: `${runs.length} generators offered it together, started by the clock; ${skewText(clockSkew(runs.map(({ record }) => record.clock)))}; ${system.measurements.conditions.generatorPlace}`,
    },
    acknowledged: acknowledgedOf(runs),
    steps: [...system.measurements.steps.filter(({ kind }) => kind === 'idle'), ...steps],
    results: [resultOf(load, offered, system, steps)],
    invalid: runs.flatMap((run) =>
      named(
        run,
        run.measurements.invalid.filter(({ code }) => code !== 'one-share'),
      ),
    ),
  }
  const { share: _, ...whole } = measurements
  await writeRunFile(runDir, RUN_FILES.plan, system.plan)
  if (system.dataset !== null) await writeRunFile(runDir, RUN_FILES.dataset, system.dataset)
  await writeRunFile(runDir, RUN_FILES.measurements, whole)
  return whole
}

function offeredBy(runs: readonly ShareRun[], system: ShareRun, load: Load): OfferedLoad {
  const schedule = parseSchedule(system.record.schedule ?? '') ?? []
  const arrivals = system.measured[0]?.arrivals === 'even' ? 'even' : 'poisson'
  return {
    request: { load, arrivals, schedule },
    entries: mergedEntries(runs.map(({ journal }) => journal)),
    startedAtMs: Date.parse(system.record.startAt),
    shares: runs.map(({ share }) => share),
    dueTimesMs: dueTimesOf(schedule, arrivals, system.record.workloadId),
    journalFile: `${driveFolder(load.name, 0)}/${DRIVE_FILES.journal}.gz`,
  }
}

/** What becomes of a process is known where it ran; what a window proves is judged of all together. */
const OF_A_PROCESS: readonly InvalidReason['code'][] = [
  'target-dead',
  'generator-failed',
  'generator-unobserved',
  'script-exceptions',
  'engine-lost',
  'target-changed',
  'interrupted',
]

function mergedStep(
  offered: OfferedLoad,
  runs: readonly ShareRun[],
  system: ShareRun,
  { fromMs, toMs }: Step,
  at: number,
): Step {
  const own = runs.map(({ measured }) => measured[at]!)
  const found = runs.flatMap((run, index) =>
    named(
      run,
      own[index]!.invalid.filter(({ code }) => OF_A_PROCESS.includes(code)),
    ),
  )
  const seen = seenBy(own, system.measured[at]!)
  return cutMergedStep(offered, { kind: 'measured', index: at, fromMs, toMs }, system.plan, seen, found)
}

/** System and engines as seen from their own machine, every generator from its own. */
function seenBy(own: readonly Step[], system: Step): Seen {
  const generatorCpus = own.map(({ generatorCpu }) => generatorCpu)
  const known = generatorCpus.filter((cpu) => cpu !== null)
  const { components, machineCpu, otherCpu, mysql, elasticsearch, backlog } = system
  const generatorCpu = known.length < own.length ? null : Math.max(...known)
  return {
    usage: { components, machineCpu, otherCpu, mysql, elasticsearch, backlog, generatorCpu },
    generatorCpus,
    // Where one was not read, its own run says so.
    generatorReadable: false,
  }
}

function resultOf(
  load: Load,
  offered: OfferedLoad,
  { measurements, record, plan }: ShareRun,
  steps: readonly Step[],
): LoadResult {
  const facts = { load: load.name, flows: Object.keys(load.weights), operatingPoint: null, bracket: null }
  const profile = measurements.profile as ScheduledProfile
  const { startedAtMs } = offered
  const backlogSeconds = (fromMs: number, toMs: number) =>
    steps
      .flatMap(({ backlog, ...step }) => {
        if (backlog === null) return []
        const [from, to] = [startedAtMs + step.fromMs, startedAtMs + step.toMs]
        return [
          { atMs: from, value: backlog.startSeconds },
          { atMs: (from + to) / 2, value: backlog.endSeconds },
          { atMs: to, value: backlog.endSeconds },
        ]
      })
      .filter(({ atMs }) => atMs >= fromMs && atMs <= toMs)
  const asked: Asked = { load, context: { plan, observer: { backlogSeconds } } }
  const schedule = scheduleFor(asked, {
    profile,
    ratePerSecond: record.ratePerSecond,
    durationSeconds: record.durationSeconds,
  })
  if (schedule === null) return { ...facts, verdict: 'INVALID', reason: 'the plan has no rate for it', claim: null }
  const leadInMs = (steps[0]?.fromMs ?? 0) - (schedule.windows[0]?.fromMs ?? 0)
  return { ...facts, ...answerOf(asked, profile, schedule, { made: offered, leadInMs, steps }) }
}

function seesTheSystem({ measurements }: ShareRun): boolean {
  return measurements.tables.length > 0
}

/** Looked up where the tables are; what one run misses is missing whatever the others know. */
function acknowledgedOf(runs: readonly ShareRun[]): Measurements['acknowledged'] {
  const known = runs.flatMap(({ measurements }) => measurements.acknowledged ?? [])
  const settled = known.flatMap((one) => one.settled ?? [])
  const missing = sumOf(known, (one) => one.missing)
  const wrong = sumOf(settled, (one) => one.wrong)
  if (known.length < runs.length && missing + wrong === 0) return null
  const examplesOf = (all: readonly { readonly examples: readonly string[] }[]) =>
    all.flatMap(({ examples }) => examples).slice(0, 10)
  return {
    acknowledged: sumOf(known, (one) => one.acknowledged),
    missing,
    examples: examplesOf(known),
    ...(settled.length === 0
      ? {}
      : {
          settled: { acknowledged: sumOf(settled, (one) => one.acknowledged), wrong, examples: examplesOf(settled) },
        }),
  }
}

function sumOf<T>(all: readonly T[], of: (one: T) => number): number {
  return all.reduce((sum, one) => sum + of(one), 0)
}

function named({ share }: ShareRun, reasons: readonly InvalidReason[]): readonly InvalidReason[] {
  const name = generatorName(share)
  return reasons.map(({ code, evidence }) => ({
    code,
    evidence: evidence.startsWith(name) ? evidence : `${name}: ${evidence}`,
  }))
}

function notTogether(why: readonly string[]): Refusal {
  return new Refusal({
    what: 'these runs are not all the shares of one load',
    why,
    wayOut:
      'Name every share once. Where one is lost, offer the load again: same words and same --start-at on every machine, a --generator of its own for each.',
  })
}

const earliest = (times: readonly string[]) => times.toSorted()[0] ?? ''
const latest = (times: readonly string[]) => times.toSorted().at(-1) ?? ''
