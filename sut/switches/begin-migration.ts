// The first words of a migration: the monolith's tables are the authority, and both databases say so.

import { Refusal } from '../../contracts/refusal.ts'
import { STORE_NAMES, type SwitchState } from '../../contracts/switches.ts'
import { runFlip } from './flip.ts'
import type { FlipTools } from './flip-run.ts'
import { courseOf, reopeningOf } from './flip-steps.ts'
import { type BothLedgers, lookAtBoth } from './look-at-both.ts'
import { noteEverywhere, type Responsible } from './move-phase.ts'
import type { StoreLedger } from './store-ledger.ts'

/** As an order system stands that has a monolith and nothing else yet. */
export const BEGINNING: SwitchState = {
  epoch: 1,
  phase: 'legacy',
  catalogue: 'legacy',
  open: false,
  mirror: 'batched',
  monolith: 'own-database',
  gateway: 'monolith',
  grayPercent: 0,
  comparePerMille: 0,
  isFinal: false,
  revision: 1,
  comparableSince: 1,
}

/**
 * Until now each store was open for its own writers, under epoch 0. Both are closed, which waits for whoever is inside;
 * `whileClosed` settles what has to be settled while nobody writes, and if it cannot, both are opened again. May be repeated;
 * false: it had begun already.
 */
export async function beginMigration(
  responsible: Responsible,
  tools: FlipTools,
  whileClosed: () => Promise<unknown> = async () => {},
): Promise<boolean> {
  const { ledgers } = tools
  const both = [ledgers.legacy, ledgers.sharded]
  if (hasGoneOn(await lookAtBoth(ledgers))) return false
  for (const ledger of both) await ledger.prepareTables()
  try {
    for (const ledger of both) await close(ledger)
    await whileClosed()
  } catch (error) {
    for (const ledger of both) await ledger.openUnbegun()
    throw error
  }
  for (const ledger of both) await ledger.begin(BEGINNING)
  const { seen } = await lookAtBoth(ledgers)
  if (seen.legacy?.state.epoch !== BEGINNING.epoch || courseOf(seen)) return false
  const outcome = await runFlip(reopeningOf(seen, 'legacy'), seen, tools)
  if (outcome.kind !== 'flipped') return false
  await noteEverywhere(ledgers, { ...responsible, what: 'begin', detail: { phase: 'legacy', epoch: outcome.epoch } })
  return true
}

/** A database was told more than the beginning: what is closed there is a flip's business. */
function hasGoneOn({ seen }: BothLedgers): boolean {
  return STORE_NAMES.some((name) => (seen[name]?.state.epoch ?? BEGINNING.epoch) > BEGINNING.epoch)
}

/** Each try waits a second for a shard that a writer holds. */
const CLOSE_TRIES = 5

async function close(ledger: StoreLedger): Promise<void> {
  for (let tries = 1; ; tries++) {
    const held = await ledger.closeUnbegun()
    if (held.length === 0) return
    if (tries === CLOSE_TRIES) {
      throw new Refusal({
        what: 'the migration has not begun',
        why: [`writes of shard ${held.join(', ')} did not end in time; writers go on as before`],
        wayOut: 'Try again when they have ended.',
      })
    }
  }
}
