// Everything that can happen next.

import { flipper, startFlip } from './model-flips.fixture.ts'
import { compareAll, importer, mirror, writer } from './model-orders.fixture.ts'
import type { ModelOptions, ModelState } from './model-state.fixture.ts'

export interface Action {
  readonly what: string
  readonly next: ModelState
}

export type Add = (what: string, next: ModelState) => void

export function actionsIn(state: ModelState, options: ModelOptions): readonly Action[] {
  const actions: Action[] = []
  const add = (what: string, next: ModelState) => void actions.push({ what, next })
  for (const at of state.writers.keys()) writer(state, at, options, add)
  mirror(state, options, add)
  if (options.hasImport) importer(state, add)
  compareAll(state, add)
  startFlip(state, options, add)
  for (const slot of [0, 1] as const) flipper(state, slot, options, add)
  return actions
}
