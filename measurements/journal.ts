// The journal of one step → figures. Pure, apart from reading the file.

import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { ACHIEVED_OF_OFFERED } from '../contracts/evidence-limits.ts'
import { type JournalEntry, OUTCOME_OK, parseJournalLine, parseJournalStart } from '../contracts/journal.ts'
import type { Latency, Step } from '../contracts/measurement.ts'
import { FLOWS } from '../contracts/plan.ts'
import { latencyOf } from './percentiles.ts'

export interface Journal {
  readonly entries: readonly JournalEntry[]
  /** Epoch ms; null: no iteration began. */
  readonly startedAtMs: number | null
  /** Lines that are neither an entry nor the start: at most the torn last one of a killed k6. */
  readonly unreadableLines: number
}

/** Throws when there is no file. */
export async function readJournal(path: string): Promise<Journal> {
  const entries: JournalEntry[] = []
  let startedAtMs: number | null = null
  let unreadableLines = 0
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    const entry = parseJournalLine(line)
    const start = entry === null ? parseJournalStart(line) : null
    if (entry !== null) entries.push(entry)
    else if (start !== null) startedAtMs = start
    else if (line !== '') unreadableLines += 1
  }
  return { entries, startedAtMs, unreadableLines }
}

export interface StepWindow {
  readonly durationSeconds: number
  readonly discardedSeconds: number
  /** null: a closed step offers what it achieves. */
  readonly offeredPerSecond: number | null
  /** An answer within this is not late: what is younger at the step's end is not backlog. */
  readonly patienceSeconds: number
  /** Arrivals without an iteration: those behind them have lower numbers than they were due by. */
  readonly dropped: number
}

export type JournalFigures = Pick<
  Step,
  | 'offeredPerSecond'
  | 'achievedPerSecond'
  | 'iterations'
  | 'errors'
  | 'errorRate'
  | 'failures'
  | 'serviceTime'
  | 'fromIntendedStart'
  | 'byFlow'
> & {
  readonly answered: number
  readonly exceptions: number
  readonly lateP99Ms: number | null
  /** In the order they were due, after the discarded beginning: what steadiness is judged by. */
  readonly steadySeriesMs: readonly number[]
}

export function figuresOf(entries: readonly JournalEntry[], window: StepWindow): JournalFigures {
  const sorted = (window.dropped > 0 ? entries.map(dueAtStart) : entries).toSorted((a, b) => a.iteration - b.iteration)
  const failed = sorted.filter(({ outcome }) => outcome !== OUTCOME_OK)
  const discardedMs = window.discardedSeconds * 1000
  const steady = sorted.filter((entry) => entry.outcome === OUTCOME_OK && dueMs(entry) >= discardedMs)
  const answered = sorted.filter(({ outcome }) => isAnswer(outcome)).length
  const achievedPerSecond = achieved(sorted, window)
  const late = latencyOf(sorted.filter((entry) => dueMs(entry) >= discardedMs).map(({ lateMs }) => lateMs))
  return {
    offeredPerSecond: window.offeredPerSecond ?? achievedPerSecond,
    achievedPerSecond,
    iterations: sorted.length,
    answered,
    errors: failed.length,
    errorRate: sorted.length === 0 ? 1 : failed.length / sorted.length,
    failures: mostFrequent(failed.map(({ outcome }) => outcome)),
    exceptions: failed.filter(({ outcome }) => outcome.startsWith('exception: ')).length,
    serviceTime: latencyOf(steady.map(({ serviceMs }) => serviceMs)),
    fromIntendedStart: latencyOf(steady.map(({ totalMs }) => totalMs)),
    byFlow: byFlow(steady),
    lateP99Ms: window.dropped > 0 ? null : (late.p99Ms ?? late.maxMs),
    steadySeriesMs: steady.map(({ totalMs }) => totalMs),
  }
}

/**
 * Scenarios work out when an iteration was due from its number, and k6 does not number what it drops. It starts what it
 * does not drop at once, so after a drop the start is the better answer; it flatters, as a step with drops does anyway.
 */
function dueAtStart(entry: JournalEntry): JournalEntry {
  return { ...entry, lateMs: 0, totalMs: entry.totalMs - entry.lateMs }
}

function dueMs({ startMs, lateMs }: JournalEntry): number {
  return startMs - lateMs
}

function isAnswer(outcome: string): boolean {
  return outcome === OUTCOME_OK || outcome.startsWith('status ') || outcome.startsWith('check: ')
}

/**
 * Answers per second. k6 lets requests finish after the step's end, so counting all of them would hide a backlog:
 * they count only where the system kept up, that is when nearly everything older than the patience was answered by
 * the end. Otherwise only answers within the step count.
 */
function achieved(entries: readonly JournalEntry[], window: StepWindow): number {
  const { durationSeconds, patienceSeconds } = window
  const endMs = durationSeconds * 1000
  const answers = entries.filter(({ outcome }) => isAnswer(outcome))
  const inTime = answers.filter((entry) => dueMs(entry) + entry.totalMs <= endMs)
  if (window.offeredPerSecond === null) return inTime.length / durationSeconds
  const patientUntilMs = endMs - Math.min(patienceSeconds, durationSeconds / 2) * 1000
  const overdue = entries.filter((entry) => dueMs(entry) < patientUntilMs)
  const answeredOverdue = overdue.filter((entry) => isAnswer(entry.outcome) && dueMs(entry) + entry.totalMs <= endMs)
  const keptUp = answeredOverdue.length >= ACHIEVED_OF_OFFERED * overdue.length
  // k6 may start the iteration that is due exactly at the end: one more than the rate asks for.
  const answeredPerSecond = Math.min(answers.length / durationSeconds, window.offeredPerSecond)
  return keptUp ? answeredPerSecond : Math.min(answeredPerSecond, inTime.length / durationSeconds)
}

function byFlow(entries: readonly JournalEntry[]): Step['byFlow'] {
  const present = FLOWS.filter((flow) => entries.some((entry) => entry.flow === flow))
  const latencies = present.map((flow): [string, Latency] => [
    flow,
    latencyOf(entries.filter((entry) => entry.flow === flow).map(({ totalMs }) => totalMs)),
  ])
  return Object.fromEntries(latencies)
}

const FAILURES_SHOWN = 5

function mostFrequent(outcomes: readonly string[]): Step['failures'] {
  const counts = new Map<string, number>()
  for (const outcome of outcomes) counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
  return [...counts]
    .map(([what, count]) => ({ what, count }))
    .sort((a, b) => b.count - a.count || a.what.localeCompare(b.what))
    .slice(0, FAILURES_SHOWN)
}
