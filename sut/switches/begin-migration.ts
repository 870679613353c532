// The first words of a migration: the monolith's tables are the authority, and both databases say so.

import type { SwitchState } from '../../contracts/switches.ts'
import { runFlip } from './flip.ts'
import type { FlipTools } from './flip-run.ts'
import { courseOf, reopeningOf } from './flip-steps.ts'
import { lookAtBoth } from './look-at-both.ts'
import { noteEverywhere, type Responsible } from './move-phase.ts'

/** As an order system stands that has a monolith and nothing else yet. */
const BEGINNING: SwitchState = {
  epoch: 1,
  phase: 'legacy',
  catalogue: 'legacy',
  open: false,
  mirror: 'batched',
  monolith: 'own-database',
  comparePerMille: 0,
  isFinal: false,
  revision: 1,
  comparableSince: 1,
}

/** May be repeated; false: it had begun already. */
export async function beginMigration(responsible: Responsible, tools: FlipTools): Promise<boolean> {
  const { ledgers } = tools
  for (const ledger of [ledgers.legacy, ledgers.sharded]) await ledger.prepare(BEGINNING)
  const { seen } = await lookAtBoth(ledgers)
  if (seen.legacy?.state.epoch !== BEGINNING.epoch || courseOf(seen)) return false
  const outcome = await runFlip(reopeningOf(seen, 'legacy'), seen, tools)
  if (outcome.kind !== 'flipped') return false
  await noteEverywhere(ledgers, { ...responsible, what: 'begin', detail: { phase: 'legacy', epoch: outcome.epoch } })
  return true
}
