// A system without a monolith has one store: there is something to look at, and nothing to move.

import { SutError } from '../../errors.ts'
import { WITHOUT_MIGRATION } from '../../switches/switch-status.ts'
import type { SwitchService } from './switch-service.ts'

export const NO_SWITCH_SERVICE: SwitchService = {
  status: async () => WITHOUT_MIGRATION,
  plan: async () => [],
  move: nothingToMove,
  set: nothingToMove,
  history: async () => [],
}

async function nothingToMove(): Promise<never> {
  throw new SutError('switch-refused', 'the switches stay as they are: there is no monolith to move from')
}
