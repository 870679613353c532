// Where a migration stands, for the commands that work on both of its stores.

import { Refusal } from '../contracts/refusal.ts'
import type { SwitchState } from '../contracts/switches.ts'
import { isMysqlError } from '../sut/storage/mysql-errors.ts'
import type { MysqlPool } from '../sut/storage/mysql-pool.ts'
import { countLegacyOrders } from '../sut/storage/order-sums.ts'
import { believedOf } from '../sut/switches/flip-steps.ts'
import { lookAtBoth } from '../sut/switches/look-at-both.ts'
import type { Ledgers } from '../sut/switches/store-ledger.ts'
import { contextFor } from '../sut/telemetry/call-context.ts'
import { notBegun } from './switch-asked.ts'

/** Of each store: small beside what serves users. */
export const JOB_LIMITS = { poolSize: 8, statementLimitMs: 600_000 }
const COUNT_LIMIT_MS = 600_000

export async function migrationState(ledgers: Ledgers): Promise<SwitchState> {
  const { hasBegun, seen } = await lookAtBoth(ledgers)
  const state = believedOf(seen)
  if (!hasBegun || !state) throw notBegun()
  return state
}

/** What was read before proves nothing any longer: changes meanwhile were not marked, or the other store decides. */
export function hasMoved(before: SwitchState, now: SwitchState): boolean {
  return now.phase !== before.phase || now.comparableSince !== before.comparableSince
}

export async function legacyOrders(pool: MysqlPool) {
  try {
    return await countLegacyOrders(pool, null, contextFor('migration', COUNT_LIMIT_MS))
  } catch (error) {
    if (isMysqlError(error, 'noSuchColumn') || isMysqlError(error, 'noSuchTable')) throw withoutIds()
    throw error
  }
}

function withoutIds(): Refusal {
  return new Refusal({
    what: "the monolith's orders have no order ids",
    why: ['t_order has no column order_id, by which both stores know an order'],
    wayOut: 'Begin the migration, which gives them theirs:',
    command: 'npm run switch -- begin',
  })
}
