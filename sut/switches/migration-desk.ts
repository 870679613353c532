// What an administrator may ask of a migration beside the command: where it stands, and the next phase or the one before. What
// gives something up (parked orders, a dead authority) is for the command alone.

import type { Direction, Phase } from '../../contracts/switches.ts'
import type { AskedFor } from './flip-facts.ts'
import type { FlipTools, Obstacle } from './flip-run.ts'
import { judgeMove, movePhase, type Responsible } from './move-phase.ts'
import type { Refused } from './refusal-of.ts'
import { type SwitchStatus, switchStatus } from './switch-status.ts'
import { towards } from './transitions.ts'

export interface MoveAsked extends Responsible {
  readonly direction: Direction
  /** It is only judged. */
  readonly dryRun: boolean
}

export interface MoveAnswer {
  readonly from: Phase
  readonly to: Phase
  readonly epoch: number
  /** For which writers waited. */
  readonly pausedMs: number
  /** What stands in the way, in fields; empty: nothing does. */
  readonly refused: readonly (Refused | Obstacle | { readonly kind: 'busy' })[]
}

export interface MigrationDesk {
  status(): Promise<SwitchStatus>
  /** null: no migration has begun. */
  move(asked: MoveAsked): Promise<MoveAnswer | null>
}

const ORDINARY: AskedFor = { services: ['order', 'payment'], acceptLoss: false, leaveParked: false }

export function migrationDesk(tools: FlipTools): MigrationDesk {
  return { status: () => switchStatus(tools.ledgers), move: (asked) => move(asked, tools) }
}

async function move({ direction, dryRun, who, why }: MoveAsked, tools: FlipTools): Promise<MoveAnswer | null> {
  const to = towards(direction)
  const judged = await judgeMove(tools.ledgers, to, ORDINARY)
  if (!judged) return null
  const { phase: from, epoch } = judged.state
  const answer = { from, to: to(from), epoch, pausedMs: 0 }
  if (dryRun || judged.refused.length > 0) return { ...answer, refused: judged.refused }
  const moved = await movePhase(to, ORDINARY, { who, why }, tools)
  switch (moved.kind) {
    case 'moved':
      return { ...answer, epoch: moved.epoch, pausedMs: Math.round(moved.pausedMs), refused: [] }
    case 'taken-back':
      return { ...answer, epoch: moved.epoch, pausedMs: Math.round(moved.pausedMs), refused: [moved.obstacle] }
    case 'refused':
      return { ...answer, refused: moved.refused }
    case 'busy':
      return { ...answer, refused: [{ kind: 'busy' }] }
    case 'not-begun':
      return null
  }
}
