// One process of k6 that offers one schedule of one load, followed while it runs. Steps are windows of its journal.

import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Dataset } from '../contracts/dataset.ts'
import type { JournalEntry } from '../contracts/journal.ts'
import type { Arrivals } from '../contracts/measurement.ts'
import type { ResolvedPlan } from '../contracts/plan.ts'
import { DRIVE_FILES, driveFolder, RUN_FILES } from '../contracts/run-folder.ts'
import { meanRate, requestCount, type Segment, scheduleSeconds, scheduleText } from '../contracts/schedule.ts'
import { dueTimesOf, orderLine, orderOfRequest } from '../contracts/workload.ts'
import { compressJournal, JournalTail } from './journal.ts'
import { type K6Exit, startK6 } from './k6.ts'
import { type LiveFigures, liveFigures } from './live-figures.ts'
import type { Load } from './load.ts'
import type { Observer } from './observer.ts'
import type { Target } from './target.ts'

export interface DriveContext {
  readonly runDir: string
  readonly runId: string
  readonly target: Target
  readonly plan: ResolvedPlan
  readonly dataset: Dataset
  readonly k6Program: string
  readonly observer: Observer
  readonly arrivals: Exclude<Arrivals, 'closed'>
  /** Aborted by the user, or when an engine went away. */
  readonly signal: AbortSignal
  /** Twice a second. */
  onLive?(figures: LiveFigures): void
}

export interface DriveRequest {
  readonly load: Load
  /** Tells the processes of one load apart. */
  readonly index: number
  readonly arrivals: Arrivals
  readonly schedule: readonly Segment[]
  readonly virtualUsers: number
  /** Looked at twice a second; true ends the process: what was to be seen was seen. */
  enough?(live: LiveDrive): boolean
}

export interface LiveDrive {
  readonly entries: readonly JournalEntry[]
  /** Since the schedule began; negative: k6 still starts. */
  readonly elapsedMs: number
}

/** A drive that is over: everything a step is cut from. */
export interface Drive {
  readonly request: DriveRequest
  /** Relative to the run folder. */
  readonly journalFile: string
  readonly journalFound: boolean
  readonly entries: readonly JournalEntry[]
  readonly unreadableLines: number
  readonly startedAtMs: number
  /** From its first moment to its last, epoch ms: when a fault of an engine is a fault of this drive. */
  readonly beganAtMs: number
  readonly endedAtMs: number
  readonly exit: K6Exit
  /** Ended by us before its schedule was over. */
  readonly endedEarly: boolean
  /** Iterations in k6's summary; null: it wrote none. */
  readonly summaryIterations: number | null
  /** When each request was due; empty: closed. */
  readonly dueTimesMs: readonly number[]
}

/** k6 starts, makes its users, and lets the last requests finish. */
const START_AND_STOP_SECONDS = 90
const LOOK_EVERY_MS = 500
/** What k6 says of a request that was under way when we ended it: nothing the target did. */
const CUT_OFF = 'error: context canceled'
/** Beyond so many the same orders come again: k6 holds them in memory. */
const MOST_ORDERS = 100_000
const ORDERS_OF_CLOSED_DRIVE = 20_000

export async function drive(request: DriveRequest, context: DriveContext): Promise<Drive> {
  const { load, index, schedule, arrivals } = request
  const { runDir, observer, signal } = context
  const folder = driveFolder(load.name, index)
  const path = (file: string) => join(runDir, folder, file)
  await mkdir(join(runDir, folder), { recursive: true })
  const runId = driveRunId(context.runId, load.name, index)
  await writeFile(path(DRIVE_FILES.orders), ordersText(request, context.dataset, runId))
  const beganAtMs = Date.now()
  const process = startK6({
    program: context.k6Program,
    script: scriptOf(load),
    settings: {
      ...settingsOf(request, context, runId),
      ORDERS: path(DRIVE_FILES.orders),
      SUMMARY: path(DRIVE_FILES.summary),
    },
    journalPath: path(DRIVE_FILES.journal),
    logPath: path(DRIVE_FILES.log),
    timeoutSeconds: scheduleSeconds(schedule) + START_AND_STOP_SECONDS,
  })
  observer.watchGenerator(process.pid)
  signal.addEventListener('abort', process.stop)
  if (signal.aborted) process.stop()
  const tail = new JournalTail(path(DRIVE_FILES.journal))
  const following = follow(tail, request, process, (live) => context.onLive?.(liveOf(request, live)))
  const exit = await process.exited.finally(() => {
    following.stop()
    signal.removeEventListener('abort', process.stop)
    observer.forgetGenerator(process.pid)
  })
  const endedEarly = await following.ended
  await tail.finish()
  const journalFound = tail.entries.length > 0 || tail.startedAtMs !== null
  if (journalFound) await compressJournal(path(DRIVE_FILES.journal))
  await rm(path(DRIVE_FILES.orders), { force: true })
  return {
    request,
    journalFile: `${folder}/${DRIVE_FILES.journal}.gz`,
    journalFound,
    entries: endedEarly ? tail.entries.filter(({ outcome }) => outcome !== CUT_OFF) : tail.entries,
    unreadableLines: tail.unreadableLines,
    startedAtMs: tail.startedAtMs ?? beganAtMs,
    beganAtMs,
    endedAtMs: Date.now(),
    exit,
    endedEarly: endedEarly && !signal.aborted,
    summaryIterations: await summaryIterations(path(DRIVE_FILES.summary)),
    dueTimesMs: arrivals === 'closed' ? [] : dueTimesOf(schedule, arrivals, runId),
  }
}

/** Reads along until the process is over; resolves to whether we ended it. */
function follow(
  tail: JournalTail,
  { enough }: DriveRequest,
  process: { stop(): void },
  onLook: (live: LiveDrive) => void,
) {
  const over = new AbortController()
  const look = async (): Promise<boolean> => {
    while (!over.signal.aborted) {
      await sleep(LOOK_EVERY_MS, undefined, { signal: over.signal }).catch(() => {})
      await tail.poll()
      const elapsedMs = tail.startedAtMs === null ? -1 : Date.now() - tail.startedAtMs
      const live = { entries: tail.entries, elapsedMs }
      if (elapsedMs >= 0) onLook(live)
      if (over.signal.aborted || enough?.(live) !== true) continue
      process.stop()
      return true
    }
    return false
  }
  return { ended: look(), stop: () => over.abort() }
}

function liveOf({ load, schedule, arrivals }: DriveRequest, { entries, elapsedMs }: LiveDrive): LiveFigures {
  return liveFigures({
    load: arrivals === 'closed' ? `${load.name}, warming up` : load.name,
    entries,
    elapsedMs,
    rateAt: (ms) => (arrivals === 'closed' ? 0 : meanRate(schedule, ms, ms + 1)),
    totalSeconds: scheduleSeconds(schedule),
  })
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
  { runDir, target }: DriveContext,
  runId: string,
): Readonly<Record<string, string>> {
  return {
    BASE_URL: target.baseUrl,
    JWT_SECRET: target.jwtSecret,
    ADMIN_JWT_SECRET: target.adminJwtSecret ?? target.jwtSecret,
    ARRIVALS: arrivals,
    SCHEDULE: scheduleText(schedule),
    VIRTUAL_USERS: String(virtualUsers),
    RUN_ID: runId,
    DATASET: join(runDir, RUN_FILES.dataset),
    MIX: Object.entries(load.weights)
      .map(([flow, weight]) => `${flow}=${weight}`)
      .join(','),
  }
}

function ordersText({ schedule, arrivals }: DriveRequest, dataset: Dataset, runId: string): string {
  const wanted = arrivals === 'closed' ? ORDERS_OF_CLOSED_DRIVE : requestCount(schedule)
  const orderOf = orderOfRequest(dataset, runId)
  const lines = Array.from({ length: Math.max(1, Math.min(MOST_ORDERS, wanted)) }, (_, i) => orderLine(orderOf(i)))
  return `${lines.join('\n')}\n`
}

/** null: k6 wrote none, or not one we know. */
async function summaryIterations(path: string): Promise<number | null> {
  try {
    const { metrics } = JSON.parse(await readFile(path, 'utf8')) as {
      readonly metrics: Readonly<Record<string, { readonly values?: { readonly count?: number } }>>
    }
    return metrics.iterations?.values?.count ?? 0
  } catch {
    return null
  }
}
