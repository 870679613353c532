// Where a migration stood while a load ran: a condition of the run.

import { type MirrorMode, type MonolithPosition, PHASE_RULES, type Phase } from './switches.ts'

/** Where a migration stands: which of two stores a request is answered by, and what is done besides. */
export interface MigrationPosition {
  /** Of orders and payments. */
  readonly phase: Phase
  readonly mirror: MirrorMode
  readonly monolith: MonolithPosition
  /** Of 1 000 reads, so many are also made in the other store. */
  readonly comparePerMille: number
  /** Grows with every flip. */
  readonly epoch: number
}

export interface MigrationDuring {
  /** null: none had begun. */
  readonly start: MigrationPosition | null
  /** Absent: the run ended before it could be asked. */
  readonly end?: MigrationPosition | null
}

/** At the end, where it is known: the orders of the run are the monolith's then, and not those of the 64 tables. */
export function readsMonolith(migration: MigrationDuring | undefined): boolean {
  const position = migration?.end ?? migration?.start ?? null
  return position !== null && PHASE_RULES[position.phase].read === 'legacy'
}
