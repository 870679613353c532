// The migration's switches as operators move them; what gives something up (parked orders, a dead authority) is for the command alone. In-process and over HTTP alike; `npm run switch` does the same as the owner
// of both databases, and is what is left when the order service does not answer.

import {
  type Direction,
  GATEWAY_POSITIONS,
  type GatewayPosition,
  MIRROR_MODES,
  type MirrorMode,
  MONOLITH_POSITIONS,
  type MonolithPosition,
  type Phase,
} from '../../../contracts/switches.ts'
import type { StoredAuditEntry } from '../../storage/audit-table.ts'
import type { Refused } from '../../switches/refusal-of.ts'
import type { SwitchStatus } from '../../switches/switch-status.ts'
import type { CallContext } from '../../telemetry/call-context.ts'
import { direction, limit, requestOf, who, why } from '../request-fields.ts'
import { contractFor } from '../service-contract.ts'

/** Order and payment move together, the catalogue by itself. */
export const MOVED_TOGETHER = ['orders', 'catalogue'] as const
export type MovedTogether = (typeof MOVED_TOGETHER)[number]

export interface MoveSwitch {
  readonly direction: Direction
  readonly what: MovedTogether
  readonly who: string
  readonly why: string
}

/** What is left out stays. */
export interface SetSwitches {
  readonly mirror?: MirrorMode | undefined
  readonly monolith?: MonolithPosition | undefined
  readonly gateway?: GatewayPosition | undefined
  readonly grayPercent?: number | undefined
  readonly comparePerMille?: number | undefined
  readonly who: string
  readonly why: string
}

export interface Way {
  readonly direction: Direction
  readonly from: Phase
  readonly to: Phase
  /** Everything that stands in it, the first thing to be done first. */
  readonly refused: readonly Refused[]
}

export interface MovedSwitch {
  readonly epoch: number
  readonly phase: Phase
  readonly catalogue: Phase
  /** For which writers waited. */
  readonly pausedMs: number
}

export interface SwitchService {
  status(request: Readonly<Record<string, never>>, context: CallContext): Promise<SwitchStatus>
  plan(request: Readonly<Record<string, never>>, context: CallContext): Promise<readonly Way[]>
  move(request: MoveSwitch, context: CallContext): Promise<MovedSwitch>
  set(request: SetSwitches, context: CallContext): Promise<MovedSwitch>
  /** The latest first. */
  history(request: { readonly limit: number }, context: CallContext): Promise<readonly StoredAuditEntry[]>
}

const oneOf = <const V extends readonly string[]>(values: V) => ({ type: 'string', enum: values }) as const

export const SWITCH_REQUESTS = {
  status: requestOf({}),
  plan: requestOf({}),
  move: requestOf({
    direction,
    what: oneOf(MOVED_TOGETHER),
    who,
    why,
  }),
  set: requestOf(
    {
      mirror: oneOf(MIRROR_MODES),
      monolith: oneOf(MONOLITH_POSITIONS),
      gateway: oneOf(GATEWAY_POSITIONS),
      grayPercent: { type: 'integer', minimum: 0, maximum: 100 },
      comparePerMille: { type: 'integer', minimum: 0, maximum: 1_000 },
      who,
      why,
    },
    ['mirror', 'monolith', 'gateway', 'grayPercent', 'comparePerMille'],
  ),
  history: requestOf({ limit }),
} as const

export const READ_SWITCHES_AGAIN = 'read the switches again: a flip that was begun is brought to its end'

export const SWITCH_CONTRACT = contractFor<SwitchService>()({
  status: { request: SWITCH_REQUESTS.status },
  plan: { request: SWITCH_REQUESTS.plan },
  move: { request: SWITCH_REQUESTS.move, ifAnswerLost: READ_SWITCHES_AGAIN },
  set: { request: SWITCH_REQUESTS.set, ifAnswerLost: READ_SWITCHES_AGAIN },
  history: { request: SWITCH_REQUESTS.history },
})
