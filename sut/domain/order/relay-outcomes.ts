// What becomes of events after the index has answered a bulk. Pure: the relay stores it.

import type { OutboxEvent } from '../../storage/outbox-tables.ts'
import type { ParkedEvent } from '../../storage/parked-events.ts'
import type { BulkOutcome } from '../../storage/search-index.ts'

/** About a quarter of an hour of tries; then a person is needed. */
export const MAX_ATTEMPTS = 12
const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 300_000

export interface Sent<E extends OutboxEvent> {
  readonly event: E
  readonly outcome: BulkOutcome
}

export interface Settlement {
  /** To be removed from their outboxes: told, or parked now. */
  readonly fromOutbox: readonly OutboxEvent[]
  /** To be removed from the parked: told. */
  readonly fromParked: readonly ParkedEvent[]
  readonly parked: readonly ParkedEvent[]
  /** Where they are, for the next round: the index takes nothing at all. */
  readonly left: readonly OutboxEvent[]
}

export function settlementOf(
  outbox: readonly Sent<OutboxEvent>[],
  due: readonly Sent<ParkedEvent>[],
  nowMs: number,
): Settlement {
  const all = [...outbox, ...due]
  // What is not taken while others are has a fault of its own and must not hold them up. Where none is, the index has one.
  const takesSome = all.some(({ outcome }) => outcome.kind !== 'retry')
  const fromOutbox: OutboxEvent[] = []
  const fromParked: ParkedEvent[] = []
  const parked: ParkedEvent[] = []
  const left: OutboxEvent[] = []
  for (const { event, outcome } of outbox) {
    if (outcome.kind === 'retry' && !takesSome) {
      left.push(event)
      continue
    }
    fromOutbox.push(event)
    const stays = parkedAfter(event, 0, outcome, nowMs)
    if (stays) parked.push(stays)
  }
  for (const { event, outcome } of due) {
    if (outcome.kind === 'retry' && !takesSome) {
      left.push(event)
      continue
    }
    const stays = parkedAfter(event, event.attempts, outcome, nowMs)
    if (stays) parked.push(stays)
    else fromParked.push(event)
  }
  return { fromOutbox, fromParked, parked, left }
}

/** undefined: the index knows it now. */
function parkedAfter(
  event: OutboxEvent,
  attemptsBefore: number,
  outcome: BulkOutcome,
  nowMs: number,
): ParkedEvent | undefined {
  if (outcome.kind === 'indexed' || outcome.kind === 'stale') return undefined
  const attempts = attemptsBefore + 1
  const isGivenUp = outcome.kind === 'refused' || attempts >= MAX_ATTEMPTS
  const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** (attempts - 1), LONGEST_PAUSE_MS)
  return { ...event, reason: outcome.reason, attempts, nextTryAtMs: isGivenUp ? null : nowMs + pauseMs }
}
