// One schedule of one load, offered by one process of k6 or by several, followed while it runs. Steps are windows of its
// journal.

import { appendFile, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Dataset } from '../contracts/dataset.ts'
import { isCutOff, type JournalEntry, journalLine } from '../contracts/journal.ts'
import type { Arrivals } from '../contracts/measurement.ts'
import type { ResolvedPlan } from '../contracts/plan.ts'
import type { Protection } from '../contracts/request-protection.ts'
import { DRIVE_FILES, driveFolder, generatorFiles, RUN_FILES } from '../contracts/run-folder.ts'
import { meanRate, requestCount, type Segment, scheduleSeconds, scheduleText } from '../contracts/schedule.ts'
import { isOfShare, type Share, WHOLE } from '../contracts/share.ts'
import { dueTimesOf } from '../contracts/workload.ts'
import type { GeneratorPlaceName } from './generator-place.ts'
import { type GeneratorEnd, type Generators, startGenerators } from './generators.ts'
import { compressJournal, mergedEntries, setCutOffApart, type WrittenJournal, writeJournal } from './journal.ts'
import type { K6Extras } from './k6-extras.ts'
import { addressSettings, ownSettings } from './k6-settings.ts'
import { leftOver } from './left-over.ts'
import { type LiveFigures, liveFigures } from './live-figures.ts'
import type { Load } from './load.ts'
import type { Observer } from './observer.ts'
import { ordersText } from './orders-text.ts'
import type { Target } from './target.ts'
import { endedByItself } from './validity.ts'

export interface DriveContext {
  readonly runDir: string
  readonly runId: string
  readonly target: Target
  readonly plan: ResolvedPlan
  /** null: another system's, or none; only a script of one's own can do without. */
  readonly dataset: Dataset | null
  readonly k6Program: string
  readonly observer: Observer
  readonly arrivals: Exclude<Arrivals, 'closed'>
  readonly generators: GeneratorPlan
  readonly extras?: K6Extras
  /** Of requests to the app's interface; plain unless told otherwise. */
  readonly protection?: Protection
  /** Aborted by the user, or when an engine went away. */
  readonly signal: AbortSignal
  /** Twice a second. */
  onLive?(figures: LiveFigures): void
}

/** Who offers what is due at a time. */
export interface GeneratorPlan {
  /** Offered from here. */
  readonly shares: readonly Share[]
  /** Agreed with the machines that offer the rest; null: nobody else offers any. */
  readonly joint: JointStart | null
}

/** What every machine must know alike. */
export interface JointStart {
  readonly startAtMs: number
  /** Names the requests of all of them: their moments, their orders and their keys. */
  readonly workloadId: string
  /** Left out: a flow of ours. */
  readonly scriptHash?: string
}

export interface DriveRequest {
  readonly load: Load
  /** Tells the drives of one load apart. */
  readonly index: number
  readonly arrivals: Arrivals
  readonly schedule: readonly Segment[]
  readonly virtualUsers: number
  /** Of the schedule, before the first window; none unless told. */
  readonly leadInMs?: number
  /** How k6 shares the machine; the usual way unless told. */
  readonly place?: GeneratorPlaceName
  /** Looked at twice a second; true ends the process: what was to be seen was seen. */
  enough?(live: LiveDrive): boolean
}

export interface LiveDrive {
  readonly entries: readonly JournalEntry[]
  /** Since the schedule began; negative: k6 still starts. */
  readonly elapsedMs: number
  /** When each request is due, those included that have not come to their end; empty: closed. */
  readonly dueTimesMs: readonly number[]
}

/** A drive that is over: everything a step is cut from. */
export interface Drive {
  readonly request: DriveRequest
  /** Relative to the run folder. */
  readonly journalFile: string
  /** Of every request that was due; where the drive was cut off, of those that came to their end. */
  readonly entries: readonly JournalEntry[]
  readonly startedAtMs: number
  /** From its first moment to its last, epoch ms: when a fault of an engine is a fault of this drive. */
  readonly beganAtMs: number
  readonly endedAtMs: number
  readonly ends: readonly GeneratorEnd[]
  /** Ended by us before its schedule was over. */
  readonly endedEarly: boolean
  /** Which of the requests were offered from here. */
  readonly shares: readonly Share[]
  /** When each of them was due; empty: closed. */
  readonly dueTimesMs: readonly number[]
}

/** k6 starts, makes its users, and lets the last requests finish. */
const START_AND_STOP_SECONDS = 90
/** Before a start that was agreed, k6 is begun so long: a busy machine takes its time. */
const READY_SECONDS = 20
/** k6 without a tab ends within this. */
const WAIT_FOR_TABS_MS = 4000
const LOOK_EVERY_MS = 500

export async function drive(request: DriveRequest, context: DriveContext): Promise<Drive> {
  const { load, index, schedule, arrivals } = request
  const { runDir, observer, signal } = context
  const folder = driveFolder(load.name, index)
  const path = (file: string) => join(runDir, folder, file)
  await mkdir(join(runDir, folder), { recursive: true })
  const { shares, joint } = planOf(request, context)
  if (joint !== null) await untilReadying(joint.startAtMs, signal)
  const runId = joint === null ? driveRunId(context.runId, load.name, index) : joint.workloadId
  const dueTimesMs = arrivals === 'closed' ? [] : dueTimesOfShares(schedule, arrivals, runId, shares)
  const orders = load.script === undefined && context.dataset !== null ? path(DRIVE_FILES.orders) : null
  if (orders !== null && context.dataset !== null) {
    await writeFile(orders, ordersText(request, { dataset: context.dataset, plan: context.plan.plan, runId }))
  }
  const beganAtMs = Date.now()
  const generators = await startGenerators({
    program: context.k6Program,
    script: load.script ?? scriptOf(load),
    settings: {
      ...settingsOf(request, context, runId),
      // Each machine of several warms up by itself, at its part of what the target may get.
      ...addressSettings(context.target, {
        shares: context.generators.shares,
        isGated: shares.length > 1 || joint !== null,
      }),
      ...(orders === null ? {} : { ORDERS: orders, DATASET: join(runDir, RUN_FILES.dataset) }),
    },
    folder: join(runDir, folder),
    ...(request.place && { place: request.place }),
    shares,
    startAtMs: joint?.startAtMs ?? null,
    extras: arrivals === 'closed' ? null : (context.extras ?? null),
    timeoutSeconds: scheduleSeconds(schedule) + START_AND_STOP_SECONDS,
    onStarted: (pid) => observer.watchGenerator(pid),
    onExited: (pid) => observer.forgetGenerator(pid),
  })
  signal.addEventListener('abort', generators.stop)
  if (signal.aborted) generators.stop()
  const following = follow(generators, { ...withoutWaitingForTabs(request, context), dueTimesMs }, (live) =>
    context.onLive?.(liveOf(request, live, shares)),
  )
  await generators.exited.finally(() => {
    following.stop()
    signal.removeEventListener('abort', generators.stop)
  })
  const endedEarly = await following.ended
  const ends = await generators.finish()
  const startedAtMs = generators.startedAtMs ?? beganAtMs
  const wasStopped = endedEarly || signal.aborted
  const journaled = shares.length === 1 ? generators.entries : mergedEntries([generators])
  const cutOff = wasStopped ? journaled.filter(({ outcome }) => isCutOff(outcome)) : []
  const ended = cutOff.length > 0 ? journaled.filter(({ outcome }) => !isCutOff(outcome)) : journaled
  const isWhole = arrivals !== 'closed' && !wasStopped && ends.every(endedByItself)
  const left = isWhole ? leftOver({ weights: load.weights, schedule, arrivals, runId, shares }, ended) : []
  const entries = left.length === 0 ? ended : mergedEntries([{ entries: ended }, { entries: left }])
  if (ends.some(({ journalFound }) => journalFound)) {
    await keepJournal(path, shares, { startedAtMs, entries, cutOff, left })
  }
  await rm(path(DRIVE_FILES.orders), { force: true })
  return {
    request,
    journalFile: `${folder}/${DRIVE_FILES.journal}.gz`,
    entries,
    startedAtMs,
    beganAtMs,
    endedAtMs: Date.now(),
    ends,
    endedEarly: endedEarly && !signal.aborted,
    shares,
    dueTimesMs,
  }
}

async function untilReadying(startAtMs: number, signal: AbortSignal): Promise<void> {
  const waitMs = startAtMs - READY_SECONDS * 1000 - Date.now()
  if (waitMs > 0) await sleep(waitMs, undefined, { signal }).catch(() => {})
}

/** With its dashboard open in a browser k6 does not end: it waits until the tab is closed. */
function withoutWaitingForTabs(request: DriveRequest, { extras }: DriveContext): Pick<DriveRequest, 'enough'> {
  if ((extras?.dashboard ?? null) === null || request.arrivals === 'closed') return request
  const { schedule, enough } = request
  const overMs = scheduleSeconds(schedule) * 1000 + WAIT_FOR_TABS_MS
  return {
    enough: (live) =>
      enough?.(live) === true || (live.elapsedMs > overMs && live.entries.length >= requestCount(schedule)),
  }
}

/** Machines that begin together warm up each by itself. */
function planOf({ arrivals }: DriveRequest, { generators }: DriveContext): GeneratorPlan {
  return arrivals === 'closed' && generators.joint !== null ? { shares: [WHOLE], joint: null } : generators
}

interface KeptJournal extends Required<WrittenJournal> {
  /** Of the entries: what k6 wrote no line for. */
  readonly left: readonly JournalEntry[]
}

/** One journal in the end, whoever wrote it; whoever cuts it again finds the entries of this drive. */
async function keepJournal(
  path: (file: string) => string,
  shares: readonly Share[],
  { left, ...journal }: KeptJournal,
): Promise<void> {
  const kept = path(DRIVE_FILES.journal)
  const written = shares.map((share) => path(generatorFiles(share).journal))
  if (written.length === 1 && written[0] === kept) {
    await appendFile(kept, left.map((entry) => `${journalLine(entry)}\n`).join(''))
    if (journal.cutOff.length > 0) await setCutOffApart(kept)
    return void (await compressJournal(kept))
  }
  await writeJournal(`${kept}.gz`, journal)
  for (const part of written) await rm(part, { force: true })
}

function dueTimesOfShares(
  schedule: readonly Segment[],
  arrivals: DriveContext['arrivals'],
  runId: string,
  shares: readonly Share[],
): readonly number[] {
  return dueTimesOf(schedule, arrivals, runId).filter((_, i) => shares.some((share) => isOfShare(i, share)))
}

/** Reads along until the process is over; resolves to whether we ended it. */
function follow(
  generators: Generators,
  { enough, dueTimesMs }: Pick<DriveRequest, 'enough'> & Pick<LiveDrive, 'dueTimesMs'>,
  onLook: (live: LiveDrive) => void,
) {
  const over = new AbortController()
  const look = async (): Promise<boolean> => {
    while (!over.signal.aborted) {
      await sleep(LOOK_EVERY_MS, undefined, { signal: over.signal }).catch(() => {})
      await generators.poll()
      const { startedAtMs, entries } = generators
      const live = { entries, dueTimesMs, elapsedMs: startedAtMs === null ? -1 : Date.now() - startedAtMs }
      const { elapsedMs } = live
      if (elapsedMs >= 0) onLook(live)
      if (over.signal.aborted || enough?.(live) !== true) continue
      generators.stop()
      return true
    }
    return false
  }
  return { ended: look(), stop: () => over.abort() }
}

function liveOf(
  { load, schedule, arrivals, leadInMs = 0 }: DriveRequest,
  { entries, elapsedMs }: LiveDrive,
  shares: readonly Share[],
): LiveFigures {
  return liveFigures({
    load: arrivals === 'closed' ? `${load.name}, warming up` : load.name,
    entries,
    elapsedMs,
    leadInMs,
    rateAt: (ms) => (arrivals === 'closed' ? 0 : partOf(shares) * meanRate(schedule, ms, ms + 1)),
    totalSeconds: scheduleSeconds(schedule),
  })
}

/** Of the whole load, 0 … 1. */
export function partOf(shares: readonly Share[]): number {
  return shares.length / (shares[0]?.of ?? 1)
}

/** Keys of orders hold it, so it is short; another drive asks for other users and orders. */
function driveRunId(runId: string, load: string, index: number): string {
  return `${runId.replaceAll(/[^A-Za-z0-9_-]/g, '-').slice(0, 36)}-${load.slice(0, 3)}${index}`
}

function scriptOf({ name, weights }: Load): string {
  const [only, ...others] = Object.keys(weights)
  return only !== undefined && others.length === 0 ? only : name
}

function settingsOf(
  { load, arrivals, schedule, virtualUsers }: DriveRequest,
  { target, protection = 'plain' }: DriveContext,
  runId: string,
): Readonly<Record<string, string>> {
  return {
    BASE_URL: target.baseUrl,
    JWT_SECRET: target.jwtSecret,
    ADMIN_JWT_SECRET: target.adminJwtSecret ?? target.jwtSecret,
    ...(protection === 'plain' ? {} : { PROTECTION: protection, CLIENT_SECRET: target.clientSecret ?? '' }),
    ...(target.loadCredential === undefined ? {} : { LOAD_CREDENTIAL: target.loadCredential }),
    ARRIVALS: arrivals,
    SCHEDULE: scheduleText(schedule),
    VIRTUAL_USERS: String(virtualUsers),
    RUN_ID: runId,
    ...(load.script === undefined ? {} : ownSettings(load, process.env)),
    MIX: Object.entries(load.parts ?? load.weights)
      .map(([flow, weight]) => `${flow}=${weight}`)
      .join(','),
  }
}
