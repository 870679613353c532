// A window of a journal → figures per flow. Pure.

import { ACHIEVED_OF_OFFERED } from '../contracts/evidence-limits.ts'
import { isAnswer, type JournalEntry, OUTCOME_LEFT_OVER, OUTCOME_OK } from '../contracts/journal.ts'
import { BLOCK_SECONDS, type Block, type FlowFigures, type Step } from '../contracts/measurement.ts'
import { NO_FREE_USER_MS } from './generator-evidence.ts'
import { latencyOf } from './percentiles.ts'
import { LateClusters } from './search/late-clusters.ts'

const BLOCK_MS = BLOCK_SECONDS * 1000

export interface Window {
  readonly fromMs: number
  readonly toMs: number
}

/** What the window is held against. */
export interface Offered extends Window {
  /** Every flow of the load, its p99 target beside it; null: it has none. */
  readonly targetsMs: Readonly<Record<string, number | null>>
  /** Requests that were due in the window; null: a closed load offers what it achieves. */
  readonly requests: number | null
}

export interface WindowFigures extends Pick<Step, 'offeredPerSecond' | 'goodPerSecond' | 'dropped'> {
  readonly flows: Readonly<Record<string, FlowFigures>>
  readonly iterations: number
  readonly answered: number
  /** Answers of any kind, in time, per second: was the load put on the system? */
  readonly answeredPerSecond: number
  readonly exceptions: number
  /** Not done when the load ended. */
  readonly leftOver: number
  /** Right answers in the order they were due. */
  readonly seriesMs: Readonly<Record<string, readonly number[]>>
}

export function figuresOf(entries: readonly JournalEntry[], offered: Offered): WindowFigures {
  const { fromMs, toMs, targetsMs, requests } = offered
  const seconds = (toMs - fromMs) / 1000
  const inside = entries
    .filter(({ dueMs }) => dueMs >= fromMs && dueMs < toMs)
    .toSorted((a, b) => a.dueMs - b.dueMs || a.iteration - b.iteration)
  const names = [...new Set([...Object.keys(targetsMs), ...inside.map(({ flow }) => flow)])]
  const of = (flow: string) => inside.filter((entry) => entry.flow === flow)
  const patienceMs = Math.max(1000, ...Object.values(targetsMs).map((targetMs) => targetMs ?? 0))
  const inTime = (wanted: (outcome: string) => boolean) => inTimePerSecond(inside, offered, patienceMs, wanted)
  const answeredPerSecond = inTime(isAnswer)
  return {
    offeredPerSecond: requests === null ? answeredPerSecond : requests / seconds,
    goodPerSecond: inTime((outcome) => outcome === OUTCOME_OK),
    answeredPerSecond,
    iterations: inside.length,
    answered: inside.filter(({ outcome }) => isAnswer(outcome)).length,
    dropped: inside.filter(({ waitedMs }) => waitedMs > NO_FREE_USER_MS).length,
    leftOver: inside.filter(({ outcome }) => outcome === OUTCOME_LEFT_OVER).length,
    exceptions: inside.filter(({ outcome }) => outcome.startsWith('exception: ')).length,
    flows: perFlow(names, (flow) => flowFigures(of(flow), offered, targetsMs[flow] ?? null)),
    seriesMs: perFlow(names, (flow) => right(of(flow)).map(({ totalMs }) => totalMs)),
  }
}

function flowFigures(entries: readonly JournalEntry[], window: Window, targetMs: number | null): FlowFigures {
  const good = right(entries)
  const failed = entries.filter(({ outcome }) => outcome !== OUTCOME_OK)
  return {
    iterations: entries.length,
    answered: entries.filter(({ outcome }) => isAnswer(outcome)).length,
    good: good.length,
    errors: failed.length,
    overTarget: good.filter((entry) => isOver(entry.totalMs, targetMs)).length,
    failures: mostFrequent(failed.map(({ outcome }) => outcome)),
    latency: latencyOf(good.map(({ totalMs }) => totalMs)),
    service: latencyOf(good.map(({ serviceMs }) => serviceMs)),
    blocks: blocksOf(entries, window, targetMs),
  }
}

/** Whole blocks only: a short one at the end would weigh as much as the others. */
function wholeBlocks({ fromMs, toMs }: Window): number {
  return Math.floor((toMs - fromMs) / BLOCK_MS + 1e-9)
}

export function blocksOf(
  entries: readonly JournalEntry[],
  { fromMs, toMs }: Window,
  targetMs: number | null,
): readonly Block[] {
  const blocks = Array.from({ length: wholeBlocks({ fromMs, toMs }) }, () => ({
    iterations: 0,
    good: 0,
    overTarget: 0,
    errors: 0,
  }))
  for (const { dueMs, outcome, totalMs } of entries) {
    const block = blocks[Math.floor((dueMs - fromMs) / BLOCK_MS)]
    if (block === undefined || dueMs < fromMs) continue
    block.iterations += 1
    if (outcome !== OUTCOME_OK) block.errors += 1
    else {
      block.good += 1
      if (isOver(totalMs, targetMs)) block.overTarget += 1
    }
  }
  return blocks
}

/** Runs of late answers by the block in which they begin. */
export function lateClustersOf(
  entries: readonly JournalEntry[],
  { fromMs, toMs }: Window,
  targetMs: number | null,
): readonly number[] {
  const begun: number[] = Array(wholeBlocks({ fromMs, toMs })).fill(0)
  if (targetMs === null) return begun
  const clusters = new LateClusters()
  for (const { dueMs, totalMs } of right(entries).toSorted((a, b) => a.dueMs - b.dueMs)) {
    clusters.see(totalMs, targetMs)
    const block = Math.floor((dueMs - fromMs) / BLOCK_MS)
    const began = clusters.take()
    if (begun[block] !== undefined) begun[block] += began
  }
  return begun
}

function right(entries: readonly JournalEntry[]): readonly JournalEntry[] {
  return entries.filter(({ outcome }) => outcome === OUTCOME_OK)
}

function isOver(ms: number, targetMs: number | null): boolean {
  return targetMs !== null && ms > targetMs
}

/**
 * Requests may finish after the window, so counting all answers would hide a backlog: they count only where the system
 * kept up, that is when nearly everything older than the patience was answered by the end. Otherwise only answers within
 * the window count.
 */
function inTimePerSecond(
  inside: readonly JournalEntry[],
  { fromMs, toMs, requests }: Offered,
  patienceMs: number,
  wanted: (outcome: string) => boolean,
): number {
  const seconds = (toMs - fromMs) / 1000
  const answers = inside.filter(({ outcome }) => wanted(outcome))
  const byEnd = answers.filter(({ dueMs, totalMs }) => dueMs + totalMs <= toMs)
  if (requests === null) return byEnd.length / seconds
  const patientUntilMs = toMs - Math.min(patienceMs, (toMs - fromMs) / 2)
  const old = inside.filter(({ dueMs }) => dueMs < patientUntilMs)
  const doneOld = old.filter(({ dueMs, totalMs }) => dueMs + totalMs <= toMs)
  const keptUp = doneOld.length >= ACHIEVED_OF_OFFERED * old.length
  return (keptUp ? answers.length : byEnd.length) / seconds
}

function perFlow<T>(names: readonly string[], of: (flow: string) => T): Readonly<Record<string, T>> {
  return Object.fromEntries(names.map((name) => [name, of(name)]))
}

const FAILURES_SHOWN = 5

function mostFrequent(outcomes: readonly string[]): FlowFigures['failures'] {
  const counts = new Map<string, number>()
  for (const outcome of outcomes) counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
  return [...counts]
    .map(([what, count]) => ({ what, count }))
    .sort((a, b) => b.count - a.count || a.what.localeCompare(b.what))
    .slice(0, FAILURES_SHOWN)
}
