// What a fault did to the requests that were due while it lasted, and after it. Pure.

import { type JournalEntry, OUTCOME_OK } from '../../contracts/journal.ts'
import type { FlowFigures } from '../../contracts/measurement.ts'
import { figuresOf, type Window } from '../window-figures.ts'

/** All in ms after the journal's start. */
export interface FaultWindow {
  readonly beganMs: number
  /** When it was put right. */
  readonly endedMs: number
  /** When the next one began, or the load ended. */
  readonly untilMs: number
}

export interface FlowEffect {
  readonly requests: number
  readonly failures: FlowFigures['failures']
  /** Of right answers while it lasted. null: too few. */
  readonly p95Ms: number | null
  readonly calmP95Ms: number | null
  /** From its end until the last request that failed was due; 0: none failed after it. */
  readonly secondsUntilBack: number
}

export type FaultEffect = Readonly<Record<string, FlowEffect>>

export function effectOf(
  entries: readonly JournalEntry[],
  { beganMs, endedMs, untilMs }: FaultWindow,
  calm: Window,
): FaultEffect {
  const flows = [...new Set(entries.map(({ flow }) => flow))].toSorted()
  const targetsMs = Object.fromEntries(flows.map((flow) => [flow, null]))
  const figures = (window: Window) => figuresOf(entries, { ...window, targetsMs, requests: null }).flows
  const during = figures({ fromMs: beganMs, toMs: endedMs })
  const whole = figures({ fromMs: beganMs, toMs: untilMs })
  const before = figures(calm)
  return Object.fromEntries(
    flows.map((flow) => [
      flow,
      {
        requests: whole[flow]?.iterations ?? 0,
        failures: whole[flow]?.failures ?? [],
        p95Ms: during[flow]?.latency.p95Ms ?? null,
        calmP95Ms: before[flow]?.latency.p95Ms ?? null,
        secondsUntilBack: secondsUntilBack(entries, flow, { beganMs, endedMs, untilMs }),
      },
    ]),
  )
}

function secondsUntilBack(entries: readonly JournalEntry[], flow: string, { endedMs, untilMs }: FaultWindow): number {
  const failedAtMs = entries
    .filter((entry) => entry.flow === flow && entry.outcome !== OUTCOME_OK)
    .map(({ dueMs }) => dueMs)
    .filter((dueMs) => dueMs >= endedMs && dueMs < untilMs)
  return failedAtMs.length === 0 ? 0 : (Math.max(...failedAtMs) - endedMs) / 1000
}
