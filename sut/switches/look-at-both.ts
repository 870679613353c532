// What both databases say at the moment: one that does not answer is no reason to fail.

import { STORE_NAMES, type StoreName } from '../../contracts/switches.ts'
import { SutError } from '../errors.ts'
import type { StoredSwitches } from '../storage/switch-table.ts'
import type { Ledgers } from './store-ledger.ts'

export interface BothLedgers {
  /** null: it does not answer, or has not begun. */
  readonly seen: Readonly<Record<StoreName, StoredSwitches | null>>
  readonly answers: Readonly<Record<StoreName, boolean>>
  /** False: a database that answers knows of no migration. */
  readonly hasBegun: boolean
}

/** Rejects when neither answers. */
export async function lookAtBoth(ledgers: Ledgers): Promise<BothLedgers> {
  const [legacy, sharded] = await Promise.all(STORE_NAMES.map((name) => lookAt(ledgers, name)))
  if (!legacy || !sharded) throw new RangeError('two stores, two answers')
  const found = [legacy, sharded]
  if (!legacy.answers && !sharded.answers) throw new SutError('unavailable', 'neither order store answers')
  return {
    seen: { legacy: legacy.switches, sharded: sharded.switches },
    answers: { legacy: legacy.answers, sharded: sharded.answers },
    hasBegun: found.some(({ switches }) => switches) && found.every(({ answers, switches }) => !answers || switches),
  }
}

async function lookAt(ledgers: Ledgers, name: StoreName) {
  try {
    return { answers: true, switches: await ledgers[name].read() }
  } catch (error) {
    if (!isSilence(error)) throw error
    return { answers: false, switches: null }
  }
}

/** The database cannot be reached, or does not answer in time: no word on what it holds. */
export function isSilence(error: unknown): boolean {
  return error instanceof SutError && ['unavailable', 'deadline-exceeded', 'outcome-unknown'].includes(error.code)
}
