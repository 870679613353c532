import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  isCutOff,
  isJournalComment,
  journalCutOff,
  journalLine,
  journalStart,
  OUTCOME_PREFIXES,
  parseJournalLine,
  parseJournalStart,
} from './journal.ts'
import { FLOWS } from './plan.ts'

const ms = fc.integer({ min: 0, max: 100_000_000 }).map((micros) => micros / 1000)
const outcome = fc.oneof(
  fc.constant('ok'),
  fc.tuple(fc.constantFrom(...OUTCOME_PREFIXES), fc.string({ unit: 'binary' })).map(([prefix, text]) => prefix + text),
)

describe('journal lines', () => {
  it('come back as they were written, whatever text the target answered', () => {
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom(...FLOWS, 'my-flow'), ms, ms, ms, ms, ms, outcome, (...fields) => {
        const [iteration, flow, dueMs, waitedMs, lateMs, totalMs, serviceMs, text] = fields
        const entry = { iteration, flow, dueMs, waitedMs, lateMs, totalMs, serviceMs, outcome: text }
        const line = journalLine(entry)
        expect(line).not.toMatch(/[\n\r]/)
        expect(line.split('\t')).toHaveLength(8)
        const parsed = parseJournalLine(line)
        expect({ ...parsed, outcome: '' }).toEqual({ ...entry, outcome: '' })
        expect(parsed?.outcome.slice(0, 6)).toBe(text.slice(0, 6))
      }),
    )
  })

  it('keep key and order id of a checkout', () => {
    const entry = {
      iteration: 7,
      flow: 'checkout',
      dueMs: 70.25,
      waitedMs: 0,
      lateMs: 0.5,
      totalMs: 12.25,
      serviceMs: 11.75,
    } as const
    const acknowledged = { ...entry, outcome: 'ok', idempotencyKey: 'run-7', orderId: '9223372036854775807' }
    expect(parseJournalLine(journalLine(acknowledged))).toEqual(acknowledged)
    const paid = { ...entry, flow: 'pay', outcome: 'ok', orderId: '9223372036854775807' }
    expect(parseJournalLine(journalLine(paid))).toEqual(paid)
    const unknown = { ...entry, outcome: 'error: timeout', idempotencyKey: 'run-7' }
    expect(parseJournalLine(journalLine(unknown))).toEqual(unknown)
  })

  it.each([
    ['torn in mid-line', '12\tlist\t100\t0'],
    ['torn in the outcome', '12\tlist\t100\t0\t0\t1\t1\to'],
    ['something else than a flow', '12\t</p>\t100\t0\t0\t1\t1\tok'],
    ['a missing number', '12\tlist\t100\t\t0\t1\t1\tok'],
    ['a start mark', journalStart(1_700_000_000_000)],
    ['nothing', ''],
  ])('are refused when %s', (_, line) => {
    expect(parseJournalLine(line)).toBeNull()
  })

  it.each([
    ['an answer was waited for', 'error: context canceled'],
    ['it connected', 'error: dial tcp target: operation was canceled'],
    ['a script asked', 'exception: GoError: context canceled at send (file:///flow.js:1:1)'],
    ['a script handed it on', 'check: threw context canceled'],
  ])('are of a request that was cut off while %s', (_, outcome) => {
    expect(isCutOff(outcome)).toBe(true)
  })

  it.each(['ok', 'error: EOF', 'error: request timeout', 'status 503 canceled', 'check: context canceled is shown'])(
    'are of one that was not, %s',
    (outcome) => {
      expect(isCutOff(outcome)).toBe(false)
    },
  )

  it('of what was cut off are no entries', () => {
    const times = { dueMs: 1, waitedMs: 0, lateMs: 0, totalMs: 1, serviceMs: 1 }
    const line = journalCutOff({ iteration: 3, flow: 'list', ...times, outcome: 'error: context canceled' })
    expect(line).toMatch(/^# cut off: 3\tlist/)
    expect([parseJournalLine(line), isJournalComment(line)]).toEqual([null, true])
  })

  it('give the scenario’s start', () => {
    expect(parseJournalStart(journalStart(1_700_000_000_123))).toBe(1_700_000_000_123)
    expect(parseJournalStart('12\tlist\t100\t0\t0\t1\t1\tok')).toBeNull()
  })
})
