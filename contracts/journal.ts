// The journal of one process of k6: one line per request, written by the scenario, read by the measurements, which add
// those that k6 was left with. It is the raw evidence: percentiles, error rates and "no acknowledged order is lost" all come from it, not from k6's summary.
//
//   iteration ⇥ flow ⇥ due ⇥ waited ⇥ late ⇥ total ⇥ service ⇥ outcome [⇥ idempotency key ⇥ order id]
//
// due: in ms after the scenario's start. waited: from due until a virtual user was free. late: from then until the request
// left k6 (its clock ticks in whole ms, so ± 1 ms): the generator's own delay. total: from due to the last byte. service:
// from the send to the last byte. One line apart gives the scenario's start: `#start ⇥ epoch ms`. Between them stands what
// a script of one's own printed, `# text`, and what was under way when k6 was ended, `# cut off: line`: no entries.

/** What became of a request whose answer was right. Everything else is named after what went wrong. */
export const OUTCOME_OK = 'ok'
/** Prefixes of an outcome that is not OK. `error`: no answer at all, so a write may or may not have happened. */
export const OUTCOME_PREFIXES = ['status ', 'check: ', 'error: ', 'exception: '] as const
/** No user was free to take it, or none came to its end with it, until k6 ended. k6 writes no line for it. */
export const OUTCOME_LEFT_OVER = 'error: not done when the load ended'

export interface JournalEntry {
  readonly iteration: number
  readonly flow: string
  readonly dueMs: number
  readonly waitedMs: number
  readonly lateMs: number
  readonly totalMs: number
  readonly serviceMs: number
  readonly outcome: string
  /** Checkout only: the key it sent. */
  readonly idempotencyKey?: string
  /** The order that a checkout was told, or that pay or cancel changed. */
  readonly orderId?: string
}

const START_MARK = '#start'
const COMMENT_MARK = '# '
/** Of our flows, and of a script of one's own: its file's name. */
export const FLOW_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/

export function journalStart(startedAtEpochMs: number): string {
  return `${START_MARK}\t${startedAtEpochMs}`
}

export function journalLine(entry: JournalEntry): string {
  const { iteration, flow, dueMs, waitedMs, lateMs, totalMs, serviceMs, outcome, idempotencyKey, orderId } = entry
  const times = `${micro(dueMs)}\t${micro(waitedMs)}\t${micro(lateMs)}\t${micro(totalMs)}\t${micro(serviceMs)}`
  const line = `${iteration}\t${flow}\t${times}\t${plain(outcome)}`
  if (idempotencyKey === undefined && orderId === undefined) return line
  return `${line}\t${idempotencyKey ?? ''}\t${orderId ?? ''}`
}

export function journalComment(text: string): string {
  return COMMENT_MARK + text.replace(/[\r\n]+/g, ' ')
}

/** Of a request that is no part of any figure: the line that it had. */
export function journalCutOff(entry: JournalEntry): string {
  return journalComment(`cut off: ${journalLine(entry)}`)
}

export function isJournalComment(line: string): boolean {
  return line.startsWith(COMMENT_MARK)
}

/** Epoch ms when `line` is the start mark, else null. */
export function parseJournalStart(line: string): number | null {
  const [mark, value] = line.split('\t')
  return mark === START_MARK && /^[0-9]+$/.test(value ?? '') ? Number(value) : null
}

/** null for a line that is not an entry: a torn last line after a kill. */
export function parseJournalLine(line: string): JournalEntry | null {
  const [iteration, flow, due, waited, late, total, service, outcome, idempotencyKey, orderId] = line.split('\t')
  if (!outcome || !flow || !FLOW_NAME.test(flow) || !isOutcome(outcome)) return null
  const fields = [iteration, due, waited, late, total, service]
  const numbers = fields.map((field) => (field ? Number(field) : Number.NaN))
  if (!numbers.every((value) => Number.isFinite(value) && value >= 0)) return null
  const [i, dueMs, waitedMs, lateMs, totalMs, serviceMs] = numbers as [number, number, number, number, number, number]
  return {
    iteration: i,
    flow,
    dueMs,
    waitedMs,
    lateMs,
    totalMs,
    serviceMs,
    outcome,
    ...(idempotencyKey ? { idempotencyKey } : {}),
    ...(orderId ? { orderId } : {}),
  }
}

/**
 * How Go says that k6 was told to stop while a request was under way: nothing the target did. While it connected, while it
 * waited for an answer or for its turn (--max-rate), and what a script of one's own made of either.
 */
const CUT_OFF = /^(error: |exception: |check: threw ).*\b(context|operation was) canceled\b/

/** Of a process of k6 that was ended before it was done; of any other it is an outcome like others. */
export function isCutOff(outcome: string): boolean {
  return CUT_OFF.test(outcome)
}

/** Answered at all, rightly or not. */
export function isAnswer(outcome: string): boolean {
  return outcome === OUTCOME_OK || outcome.startsWith('status ') || outcome.startsWith('check: ')
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
