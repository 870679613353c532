// What is parked and what became of it, in sentences.

import { UNREADABLE_STREAM } from '../contracts/order-event.ts'
import { PARKED_KINDS, type ParkedGroup, type ParkedKind, type Redriven } from './parked-rows.ts'

export interface ParkedReport {
  readonly parked: readonly ParkedGroup[]
  readonly redriven: Redriven
  /** Put aside by readers of the event stream. null: their Redis was not asked, or did not answer. */
  readonly unreadableEvents: number | null
  /** Beside a monolith: who was to be asked, and did not answer. */
  readonly silent: readonly Silent[]
}

export type Silent = 'legacy' | 'streams'

const NAMES: Readonly<Record<ParkedKind, readonly [one: string, many: string]>> = {
  'search-event': ['event for the search index', 'events for the search index'],
  message: ['message about an order', 'messages about orders'],
  order: ['order for the other store', 'orders for the other store'],
}
const STATES: Readonly<Record<ParkedGroup['state'], string>> = {
  waiting: 'tried again in any case',
  'for-a-person': 'for a person',
  'left-behind': 'left behind, as the other store does not follow now',
}
const WILL_BE: Readonly<Record<ParkedKind, string>> = {
  'search-event': 'tried again by the indexer',
  message: 'told by the indexer, after what was told meanwhile',
  order: 'told anew by the order service',
}
const UNHEARD: Readonly<Record<Silent, string>> = {
  legacy: "the monolith's database does not answer: what is parked there is not known, and stays as it is",
  streams:
    'the Redis for streams does not answer, or HEADROOM_STREAMS_REDIS_URL is not set: events put aside there are not counted',
}

export function parkedLines(report: ParkedReport): readonly string[] {
  const { parked, redriven, unreadableEvents, silent } = report
  const isNothing = parked.length === 0 && !unreadableEvents
  return [
    ...parked.map(groupLine),
    ...(unreadableEvents ? unreadableLines(unreadableEvents) : []),
    ...(isNothing ? [silent.length === 0 ? 'nothing is parked' : 'nothing is parked where it could be asked'] : []),
    ...PARKED_KINDS.filter((kind) => redriven[kind] > 0).map((kind) => redrivenLine(kind, redriven[kind])),
    ...silent.map((who) => UNHEARD[who]),
  ]
}

function groupLine({ kind, store, reason, count, state }: ParkedGroup): string {
  const where = store === 'legacy' ? " in the monolith's database" : ''
  return `${counted(kind, count)}${where}, ${STATES[state]}: ${reason}`
}

function redrivenLine(kind: ParkedKind, count: number): string {
  return `${counted(kind, count)} will be ${WILL_BE[kind]}`
}

function unreadableLines(count: number): readonly string[] {
  return [
    `${count} ${count === 1 ? 'event' : 'events'} that a reader could make no sense of: another try would not help`,
    `  redis-cli xrange ${UNREADABLE_STREAM} - + shows what and who; redis-cli del ${UNREADABLE_STREAM} ends it`,
  ]
}

function counted(kind: ParkedKind, count: number): string {
  const [one, many] = NAMES[kind]
  return `${count} ${count === 1 ? one : many}`
}
