// The ways from phase to phase and what each needs: the one table. The rules below it judge by it, its tests iterate it, and
// docs/how-do-we-switch-over-and-back.md shows it.

import { type Direction, PHASES, type Phase } from '../../contracts/switches.ts'

export const NEEDS = [
  'not-final',
  'authority-answers',
  'both-stores-answer',
  'monolith-behind-services',
  'full-comparison',
  'nothing-parked',
  'few-gaps',
] as const
export type Need = (typeof NEEDS)[number]

export interface Transition {
  readonly from: Phase
  readonly to: Phase
  readonly needs: readonly Need[]
}

/** Where the authority moves, what it has not told the other store yet must be little: it is told while writers wait. */
export const TRANSITIONS: readonly Transition[] = [
  { from: 'legacy', to: 'phase1', needs: ['authority-answers', 'both-stores-answer'] },
  {
    from: 'phase1',
    to: 'phase2',
    needs: [
      'authority-answers',
      'both-stores-answer',
      'monolith-behind-services',
      'full-comparison',
      'nothing-parked',
      'few-gaps',
    ],
  },
  { from: 'phase2', to: 'done', needs: ['authority-answers', 'both-stores-answer', 'nothing-parked', 'few-gaps'] },
  { from: 'done', to: 'phase2', needs: ['not-final', 'authority-answers', 'both-stores-answer'] },
  { from: 'phase2', to: 'phase1', needs: ['authority-answers', 'both-stores-answer', 'nothing-parked', 'few-gaps'] },
  // The way out when the new store makes trouble: it need not answer.
  { from: 'phase1', to: 'legacy', needs: ['authority-answers'] },
]

export function transitionOf(from: Phase, to: Phase): Transition | undefined {
  return TRANSITIONS.find((transition) => transition.from === from && transition.to === to)
}

/** null: there is no further phase that way. */
export function neighbourOf(phase: Phase, direction: Direction): Phase | null {
  return PHASES[PHASES.indexOf(phase) + (direction === 'forward' ? 1 : -1)] ?? null
}

/** Beyond the last phase: the same one, which is then refused as no neighbour. */
export function towards(direction: Direction): (from: Phase) => Phase {
  return (from) => neighbourOf(from, direction) ?? from
}
