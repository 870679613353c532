// What a profile asks of a load, what was offered for it, and the answer.

import type { LoadResult, Step } from '../../contracts/measurement.ts'
import type { ResolvedPlan } from '../../contracts/plan.ts'
import type { OfferedLoad } from '../cut-step.ts'
import type { Load } from '../load.ts'
import type { Observer } from '../observer.ts'

/** What is asked about: while it is offered, or when it was and is looked at again. */
export interface Asked {
  readonly load: Load
  readonly context: { readonly plan: ResolvedPlan; readonly observer: Pick<Observer, 'backlogSeconds'> }
}

export interface Offered {
  readonly made: OfferedLoad
  readonly leadInMs: number
  /** One for each window of the schedule. */
  readonly steps: readonly Step[]
}

export type Answer = Pick<LoadResult, 'verdict' | 'reason' | 'claim'>
