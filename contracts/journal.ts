// The journal of one step: one line per iteration, written by the scenario, read by the measurements. It is the raw
// evidence: percentiles, error rates and "no acknowledged order is lost" all come from it, not from k6's summary.
//
//   iteration ⇥ flow ⇥ start ⇥ late ⇥ total ⇥ service ⇥ outcome [⇥ idempotency key ⇥ order id]
//
// start: when the request was sent, in ms after the scenario's start. late: how long after it was due (k6's clock ticks
// in whole ms, so ± 1 ms). total: from due to the last byte. service: from the send to the last byte.
// One line apart gives the scenario's start: `#start ⇥ epoch ms`.

import { FLOWS, type Flow } from './plan.ts'

/** What became of a request whose answer was right. Everything else is named after what went wrong. */
export const OUTCOME_OK = 'ok'
/** Prefixes of an outcome that is not OK. `error`: no answer at all, so a write may or may not have happened. */
export const OUTCOME_PREFIXES = ['status ', 'check: ', 'error: ', 'exception: '] as const

export interface JournalEntry {
  readonly iteration: number
  readonly flow: Flow
  readonly startMs: number
  readonly lateMs: number
  readonly totalMs: number
  readonly serviceMs: number
  readonly outcome: string
  /** Checkout only: the key it sent, and the order it was told. */
  readonly idempotencyKey?: string
  readonly orderId?: string
}

const START_MARK = '#start'

export function journalStart(startedAtEpochMs: number): string {
  return `${START_MARK}\t${startedAtEpochMs}`
}

export function journalLine(entry: JournalEntry): string {
  const { iteration, flow, startMs, lateMs, totalMs, serviceMs, outcome, idempotencyKey, orderId } = entry
  const line = `${iteration}\t${flow}\t${startMs}\t${micro(lateMs)}\t${micro(totalMs)}\t${micro(serviceMs)}\t${plain(outcome)}`
  return idempotencyKey === undefined ? line : `${line}\t${idempotencyKey}\t${orderId ?? ''}`
}

/** Epoch ms when `line` is the start mark, else null. */
export function parseJournalStart(line: string): number | null {
  const [mark, value] = line.split('\t')
  return mark === START_MARK && /^[0-9]+$/.test(value ?? '') ? Number(value) : null
}

/** null for a line that is not an entry: a torn last line after a kill. */
export function parseJournalLine(line: string): JournalEntry | null {
  const [iteration, flow, startMs, lateMs, totalMs, serviceMs, outcome, idempotencyKey, orderId] = line.split('\t')
  if (!outcome || !FLOWS.includes(flow as Flow) || !isOutcome(outcome)) return null
  const numbers = [iteration, startMs, lateMs, totalMs, serviceMs].map((field) => (field ? Number(field) : Number.NaN))
  if (!numbers.every((value) => Number.isFinite(value) && value >= 0)) return null
  const [i, start, late, total, service] = numbers as [number, number, number, number, number]
  return {
    iteration: i,
    flow: flow as Flow,
    startMs: start,
    lateMs: late,
    totalMs: total,
    serviceMs: service,
    outcome,
    ...(idempotencyKey ? { idempotencyKey } : {}),
    ...(orderId ? { orderId } : {}),
  }
}

function isOutcome(text: string): boolean {
  return text === OUTCOME_OK || OUTCOME_PREFIXES.some((prefix) => text.startsWith(prefix))
}

/** Whole microseconds: shorter lines than toFixed and cheaper in k6. */
function micro(valueMs: number): number {
  return Math.round(valueMs * 1000) / 1000
}

/** Outcomes carry text of the target: no tab or line break of its may break the journal's. */
function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must go
  return text.replace(/[\u0000-\u001f\u007f\u2028\u2029]+/g, ' ').slice(0, 120)
}
