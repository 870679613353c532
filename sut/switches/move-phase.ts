// A flip as somebody asks for it: judged, done, and noted with who and why.

import { randomUUID } from 'node:crypto'
import { type Flip, type Phase, STORE_NAMES, type SwitchState } from '../../contracts/switches.ts'
import type { AuditEntry } from '../storage/audit-table.ts'
import { runFlip } from './flip.ts'
import { type AskedFor, factsFor, type Judged } from './flip-facts.ts'
import type { FlipTools, Obstacle } from './flip-run.ts'
import { courseOf, nextEpoch } from './flip-steps.ts'
import { isForced, type Refused, refusalsOf } from './refusal-of.ts'
import type { Ledgers } from './store-ledger.ts'

export interface Responsible {
  readonly who: string
  readonly why: string
}

export type Moved =
  | { readonly kind: 'moved'; readonly state: SwitchState; readonly epoch: number; readonly pausedMs: number }
  | { readonly kind: 'refused'; readonly state: SwitchState; readonly refused: readonly Refused[] }
  | {
      readonly kind: 'taken-back'
      readonly state: SwitchState
      readonly epoch: number
      readonly pausedMs: number
      readonly obstacle: Obstacle
    }
  | { readonly kind: 'busy'; readonly state: SwitchState }
  /** No database says that there is a migration. */
  | { readonly kind: 'not-begun' }

export async function judgeMove(ledgers: Ledgers, to: (from: Phase) => Phase, asked: AskedFor) {
  const judged = await factsFor(ledgers, asked)
  if (!judged) return null
  return { ...judged, refused: refusalsOf(judged.state, to(judged.state.phase), judged.facts) }
}

/** `to`: from where it stands. Order and payment; the catalogue is a setting (change-setting.ts). */
export async function movePhase(
  to: (from: Phase) => Phase,
  asked: AskedFor,
  responsible: Responsible,
  tools: FlipTools,
): Promise<Moved> {
  const judged = await judgeMove(tools.ledgers, to, asked)
  if (!judged) return { kind: 'not-begun' }
  const { state, both, refused } = judged
  // What a dead one left is brought to its end first, by whoever watches over it; a forced one may not wait for that.
  if (!asked.acceptLoss && courseOf(both.seen)) return { kind: 'busy', state }
  if (refused.length > 0) return { kind: 'refused', state, refused }
  const flip = flipOf(judged, to(state.phase))
  const outcome = await runFlip(flip, both.seen, { ...tools, leavesParked: asked.leaveParked })
  if (outcome.kind === 'busy') return { kind: 'busy', state }
  await noteEverywhere(tools.ledgers, { ...responsible, what: 'flip', detail: detailOf(judged, flip, outcome) })
  return outcome.kind === 'flipped' ? { ...outcome, kind: 'moved', state } : { ...outcome, state }
}

function flipOf({ state, both, facts }: Judged, to: Phase): Flip {
  const flip = { from: state.phase, to, epoch: nextEpoch(both.seen) }
  return isForced(state.phase, to, facts) ? { ...flip, isForced: true } : flip
}

/** An override is told with what was known of its price. */
function detailOf({ facts }: Judged, flip: Flip, outcome: object): AuditEntry['detail'] {
  const { parked, parkedOrders } = facts
  return {
    ...flip,
    ...outcome,
    ...(flip.isForced && { acceptLoss: 'what the authority alone knew is lost, and cannot be listed' }),
    ...(facts.leaveParked && parked > 0 && { leaveParked: { parked, first: parkedOrders } }),
  }
}

/** In every database that answers: one that does not misses the entry, and the other has it. */
export async function noteEverywhere(ledgers: Ledgers, entry: Omit<AuditEntry, 'entryId'>): Promise<void> {
  const entryId = randomUUID()
  const notes = await Promise.allSettled(STORE_NAMES.map((name) => ledgers[name].note({ ...entry, entryId })))
  const failures = notes.filter((note) => note.status === 'rejected')
  if (failures[0] && failures.length === notes.length) throw failures[0].reason
}
