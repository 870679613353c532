// Loads that cannot be run while orders are being moved: the monolith's have ids of their own, which no plan foretells.

import type { MigrationPosition } from '../contracts/migration-position.ts'
import { Refusal } from '../contracts/refusal.ts'

/** They ask for seeded orders by the ids that the 64 tables give them, or for documents that nobody has fed. */
const ASK_FOR_SEEDED_IDS: readonly string[] = ['detail', 'search', 'mix']

/** `position`: null: no migration goes on. */
export function refuseWhileMoving(flow: string, position: MigrationPosition | null): void {
  if (position === null || !ASK_FOR_SEEDED_IDS.includes(flow)) return
  throw new Refusal({
    what: `${flow} cannot be loaded while a migration goes on`,
    why: [`it stands in ${position.phase}: the orders are the monolith's, whose ids ${flow} does not know`],
    wayOut: 'Load checkouts or lists in each phase, or the old interfaces:',
    command: 'npm run load -- checkout',
  })
}
