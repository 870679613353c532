// The board of a system that has no monolith beside it: open, for ever.

import { NO_MIGRATION } from '../../contracts/switches.ts'
import type { SwitchBoard } from './switch-board.ts'

export const NO_MIGRATION_BOARD: SwitchBoard = {
  now: () => NO_MIGRATION,
  reopened: () => Promise.reject(new Error('a system without a migration was found closed')),
}
