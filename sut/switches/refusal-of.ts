// Why a flip is refused, in fields: sentences are made where they are shown.

import {
  type MirrorMode,
  otherStore,
  PHASE_RULES,
  type Phase,
  type Service,
  type StoreName,
  type SwitchState,
} from '../../contracts/switches.ts'
import { type Need, transitionOf } from './transitions.ts'

/** So many gaps are closed within the moment for which writers wait. */
export const FEW_GAPS = 1_000
/** A mirror that is at work leaves none that old. */
export const YOUNG_GAP_SECONDS = 10

export interface ParkedOrder {
  readonly orderId: string
  readonly reason: string
}

export interface FullComparison {
  /** Of the switches, when it began. */
  readonly beganRevision: number
  readonly hasEnded: boolean
  readonly differences: number
}

/** What was found in both databases just before. */
export interface FlipFacts {
  /** Those that are to move. */
  readonly services: readonly Service[]
  readonly answers: Readonly<Record<StoreName, boolean>>
  /** Of the authority; parked ones aside. */
  readonly gaps: number
  /** null: there are none. */
  readonly oldestGapSeconds: number | null
  /** Orders that the other store can never take: how many, and the first of them. */
  readonly parked: number
  readonly parkedOrders: readonly ParkedOrder[]
  /** The latest. */
  readonly comparison: FullComparison | null
  /** Somebody takes responsibility for what the dead authority alone knows. */
  readonly acceptLoss: boolean
  /** Somebody takes responsibility for leaving the parked orders behind. */
  readonly leaveParked: boolean
}

export type Refused =
  | { readonly kind: 'apart'; readonly service: Service }
  | { readonly kind: 'no-neighbour'; readonly from: Phase; readonly to: Phase }
  | { readonly kind: 'final' }
  | { readonly kind: 'store-silent'; readonly store: StoreName; readonly isAuthority: boolean }
  | { readonly kind: 'monolith-on-its-own' }
  | { readonly kind: 'not-compared'; readonly found: 'none' | 'earlier' | 'unfinished' }
  | { readonly kind: 'different'; readonly differences: number }
  | { readonly kind: 'parked'; readonly parked: number; readonly orders: readonly ParkedOrder[] }
  | {
      readonly kind: 'gaps'
      readonly gaps: number
      readonly oldestGapSeconds: number | null
      readonly mirror: MirrorMode
    }

/** Everything that stands in the way, the first thing to be done first. */
export function refusalsOf(from: SwitchState, to: Phase, facts: FlipFacts): readonly Refused[] {
  const { services } = facts
  const alone = services.find((service) => service !== 'catalogue')
  if (services.includes('order') !== services.includes('payment') && alone) return [{ kind: 'apart', service: alone }]
  const transition = transitionOf(from.phase, to)
  if (!transition) return [{ kind: 'no-neighbour', from: from.phase, to }]
  return transition.needs.flatMap((need) => CHECKS[need](from, to, facts) ?? [])
}

export function refusalOf(from: SwitchState, to: Phase, facts: FlipFacts): Refused | null {
  return refusalsOf(from, to, facts)[0] ?? null
}

/** The flip leaves an authority that does not answer, and somebody said that this may be. */
export function isForced(from: Phase, to: Phase, { acceptLoss, answers }: FlipFacts): boolean {
  const { authority } = PHASE_RULES[from]
  return acceptLoss && !answers[authority] && answers[otherStore(authority)] && PHASE_RULES[to].authority !== authority
}

const CHECKS: Readonly<Record<Need, (from: SwitchState, to: Phase, facts: FlipFacts) => Refused | null>> = {
  'not-final': ({ isFinal }) => (isFinal ? { kind: 'final' } : null),
  'authority-answers': ({ phase }, to, facts) => {
    const store = PHASE_RULES[phase].authority
    if (facts.answers[store] || isForced(phase, to, facts)) return null
    return { kind: 'store-silent', store, isAuthority: true }
  },
  'both-stores-answer': ({ phase }, _to, { answers }) => {
    const store = otherStore(PHASE_RULES[phase].authority)
    return answers[store] ? null : { kind: 'store-silent', store, isAuthority: false }
  },
  'monolith-behind-services': ({ monolith }) => (monolith === 'own-database' ? { kind: 'monolith-on-its-own' } : null),
  'full-comparison': ({ comparableSince }, _to, { comparison }) => {
    if (!comparison) return { kind: 'not-compared', found: 'none' }
    if (comparison.beganRevision < comparableSince) return { kind: 'not-compared', found: 'earlier' }
    if (!comparison.hasEnded) return { kind: 'not-compared', found: 'unfinished' }
    return comparison.differences > 0 ? { kind: 'different', differences: comparison.differences } : null
  },
  'nothing-parked': ({ phase }, to, facts) => {
    const { parked, parkedOrders: orders, leaveParked } = facts
    return parked === 0 || leaveParked || isForced(phase, to, facts) ? null : { kind: 'parked', parked, orders }
  },
  'few-gaps': ({ phase, mirror }, to, facts) => {
    const { gaps, oldestGapSeconds } = facts
    if (gaps === 0 || isForced(phase, to, facts)) return null
    const isFollowed = mirror !== 'off' && gaps <= FEW_GAPS && (oldestGapSeconds ?? 0) <= YOUNG_GAP_SECONDS
    return isFollowed ? null : { kind: 'gaps', gaps, oldestGapSeconds, mirror }
  },
}
