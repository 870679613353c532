// migration_switches: one row in each database. Each change names the claim under which it is made: who lost it, because he
// was slow and was taken for dead, changes nothing any more.

import { AUDIT_TABLE, SWITCHES_TABLE } from '../../contracts/migration-tables.ts'
import { Refusal } from '../../contracts/refusal.ts'
import type {
  Flip,
  GatewayPosition,
  MirrorMode,
  MonolithPosition,
  Phase,
  StoreName,
  SwitchState,
} from '../../contracts/switches.ts'
import type { CallContext } from '../telemetry/call-context.ts'
import { NOW_MS } from './database-clock.ts'
import type { MysqlLane, Statement } from './mysql-lane.ts'

export const CREATE_SWITCHES_SQL = `CREATE TABLE IF NOT EXISTS ${SWITCHES_TABLE} (
  switch_id TINYINT NOT NULL,
  epoch BIGINT NOT NULL,
  revision BIGINT NOT NULL,
  order_phase VARCHAR(10) NOT NULL,
  payment_phase VARCHAR(10) NOT NULL,
  catalogue_phase VARCHAR(10) NOT NULL,
  is_open TINYINT NOT NULL,
  mirror VARCHAR(10) NOT NULL,
  monolith VARCHAR(20) NOT NULL,
  gateway VARCHAR(20) NOT NULL,
  gray_percent TINYINT NOT NULL,
  compare_per_mille SMALLINT NOT NULL,
  is_final TINYINT NOT NULL,
  comparable_since BIGINT NOT NULL,
  flip_from VARCHAR(10) NULL,
  flip_to VARCHAR(10) NULL,
  flip_epoch BIGINT NULL,
  flip_is_forced TINYINT NOT NULL DEFAULT 0,
  claimed_by VARCHAR(64) NULL,
  claimed_until_ms BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (switch_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`

/** 1 for whoever holds the claim; the lock keeps it so until the statement that asks has ended. */
export const CLAIM_HELD = `(SELECT claimed_by FROM ${SWITCHES_TABLE} WHERE switch_id = 1 LOCK IN SHARE MODE) = ?`

interface SwitchRow {
  readonly epoch: string
  readonly revision: string
  readonly order_phase: Phase
  readonly payment_phase: Phase
  readonly catalogue_phase: Phase
  readonly is_open: number
  readonly mirror: MirrorMode
  readonly monolith: MonolithPosition
  readonly gateway: GatewayPosition
  readonly gray_percent: number
  readonly compare_per_mille: number
  readonly is_final: number
  readonly comparable_since: string
  readonly flip_from: Phase | null
  readonly flip_to: Phase | null
  readonly flip_epoch: string | null
  readonly flip_is_forced: number
  readonly claimed_by: string | null
  readonly claim_left_ms: string
}

export interface StoredSwitches {
  readonly state: SwitchState
  readonly flip: Flip | null
  /** null: nobody's, or its lease has run out. */
  readonly claimedBy: string | null
}

export const SELECT_SWITCHES: Statement = {
  sql: `SELECT epoch, revision, order_phase, payment_phase, catalogue_phase, is_open, mirror, monolith, gateway,
    gray_percent, compare_per_mille, is_final, comparable_since, flip_from, flip_to, flip_epoch, flip_is_forced, claimed_by,
    claimed_until_ms - ${NOW_MS} AS claim_left_ms FROM ${SWITCHES_TABLE} WHERE switch_id = 1`,
  values: [],
}

/** Rows of SELECT_SWITCHES in that store. null: the migration has not begun. */
export function switchesIn(rows: readonly unknown[], store: StoreName): StoredSwitches | null {
  const [row] = rows as readonly SwitchRow[]
  if (!row) return null
  if (row.order_phase !== row.payment_phase) throw apart(row, store)
  return { state: stateOf(row), flip: flipOf(row), claimedBy: Number(row.claim_left_ms) > 0 ? row.claimed_by : null }
}

export async function selectSwitches(
  lane: MysqlLane,
  store: StoreName,
  context: CallContext,
): Promise<StoredSwitches | null> {
  return switchesIn(await lane.rows(SELECT_SWITCHES.sql, SELECT_SWITCHES.values, context), store)
}

/** No flip leaves it so: somebody wrote the row by hand. Nothing is guessed from it. */
function apart({ order_phase, payment_phase }: SwitchRow, store: StoreName): Refusal {
  return new Refusal({
    what: `the switches in the database of the ${store} store were changed by hand`,
    why: [
      `order stands at ${order_phase} and payment at ${payment_phase}: they move together, as one transaction writes both`,
    ],
    wayOut:
      `Set order_phase and payment_phase of ${SWITCHES_TABLE} there to one phase again: the one in the same table of ` +
      `the other database, or to which the last flip in ${AUDIT_TABLE} went. Then:`,
    command: 'npm run switch -- status',
  })
}

/** Where there is none yet. */
export async function insertSwitches(lane: MysqlLane, state: SwitchState, context: CallContext): Promise<void> {
  const values = valuesOf(state)
  const columns = Object.keys(values)
  await lane.execute(
    `INSERT IGNORE INTO ${SWITCHES_TABLE} (switch_id, ${columns.join(', ')}) VALUES (1, ?)`,
    [Object.values(values)],
    context,
  )
}

export interface Claim {
  /** Unique to one holding of it, never used again. */
  readonly token: string
  readonly ttlMs: number
}

/** For a new flip, upon what was seen. False: somebody is at work, left work behind, or has changed what was seen. */
export async function claimForFlip(
  lane: MysqlLane,
  { token, ttlMs }: Claim,
  flip: Flip,
  seenRevision: number,
  context: CallContext,
): Promise<boolean> {
  const claimed = await lane.execute(
    `UPDATE ${SWITCHES_TABLE} SET claimed_by = ?, claimed_until_ms = ${NOW_MS} + ?, ${FLIP_ASSIGNMENTS}
     WHERE switch_id = 1 AND claimed_until_ms < ${NOW_MS} AND flip_epoch IS NULL AND revision = ? AND epoch < ?`,
    [token, ttlMs, ...flipValues(flip), seenRevision, flip.epoch],
    context,
  )
  return claimed === 1
}

/** With whatever was left there, as it is. False: somebody is at work. */
export async function takeClaim(lane: MysqlLane, { token, ttlMs }: Claim, context: CallContext): Promise<boolean> {
  const taken = await lane.execute(
    `UPDATE ${SWITCHES_TABLE} SET claimed_by = ?, claimed_until_ms = ${NOW_MS} + ?
     WHERE switch_id = 1 AND claimed_until_ms < ${NOW_MS}`,
    [token, ttlMs],
    context,
  )
  return taken === 1
}

/** False: it is lost. */
export async function renewClaim(lane: MysqlLane, { token, ttlMs }: Claim, context: CallContext): Promise<boolean> {
  const sql = `UPDATE ${SWITCHES_TABLE} SET claimed_until_ms = ${NOW_MS} + ? WHERE switch_id = 1 AND claimed_by = ?`
  return (await lane.execute(sql, [ttlMs, token], context)) === 1
}

/** `flip`: on its way to this state; null: none. False: the claim is lost, or the database is ahead. */
export async function announce(
  lane: MysqlLane,
  token: string,
  state: SwitchState,
  flip: Flip | null,
  context: CallContext,
): Promise<boolean> {
  const values = valuesOf(state)
  const assignments = Object.keys(values).map((column) => `${column} = ?`)
  const told = await lane.execute(
    `UPDATE ${SWITCHES_TABLE} SET ${assignments.join(', ')}, ${FLIP_ASSIGNMENTS}
     WHERE switch_id = 1 AND claimed_by = ? AND epoch <= ?`,
    [...Object.values(values), ...flipValues(flip), token, state.epoch],
    context,
  )
  return told === 1
}

/** Writers may know that the store of this epoch is open. */
export async function tellOpen(lane: MysqlLane, token: string, epoch: number, context: CallContext): Promise<boolean> {
  const sql = `UPDATE ${SWITCHES_TABLE} SET is_open = 1 WHERE switch_id = 1 AND claimed_by = ? AND epoch = ?`
  return (await lane.execute(sql, [token, epoch], context)) === 1
}

/** `flip`: it has ended, too. False: the claim was lost before. */
export async function releaseClaim(
  lane: MysqlLane,
  token: string,
  what: 'flip' | 'claim-only',
  context: CallContext,
): Promise<boolean> {
  const ended = what === 'flip' ? `, ${FLIP_ASSIGNMENTS}` : ''
  const sql = `UPDATE ${SWITCHES_TABLE} SET claimed_by = NULL, claimed_until_ms = 0${ended} WHERE switch_id = 1 AND claimed_by = ?`
  return (await lane.execute(sql, [...(what === 'flip' ? flipValues(null) : []), token], context)) === 1
}

const FLIP_ASSIGNMENTS = 'flip_from = ?, flip_to = ?, flip_epoch = ?, flip_is_forced = ?'

function flipValues(flip: Flip | null) {
  return flip ? [flip.from, flip.to, flip.epoch, flip.isForced ? 1 : 0] : [null, null, null, 0]
}

function valuesOf(state: SwitchState) {
  return {
    epoch: state.epoch,
    revision: state.revision,
    order_phase: state.phase,
    payment_phase: state.phase,
    catalogue_phase: state.catalogue,
    is_open: state.open ? 1 : 0,
    mirror: state.mirror,
    monolith: state.monolith,
    gateway: state.gateway,
    gray_percent: state.grayPercent,
    compare_per_mille: state.comparePerMille,
    is_final: state.isFinal ? 1 : 0,
    comparable_since: state.comparableSince,
  }
}

function stateOf(row: SwitchRow): SwitchState {
  return Object.freeze({
    epoch: Number(row.epoch),
    revision: Number(row.revision),
    phase: row.order_phase,
    catalogue: row.catalogue_phase,
    open: row.is_open === 1,
    mirror: row.mirror,
    monolith: row.monolith,
    gateway: row.gateway,
    grayPercent: row.gray_percent,
    comparePerMille: row.compare_per_mille,
    isFinal: row.is_final === 1,
    comparableSince: Number(row.comparable_since),
  })
}

function flipOf({ flip_from, flip_to, flip_epoch, flip_is_forced }: SwitchRow): Flip | null {
  if (flip_from === null || flip_to === null || flip_epoch === null) return null
  const flip: Flip = { from: flip_from, to: flip_to, epoch: Number(flip_epoch) }
  return flip_is_forced === 1 ? { ...flip, isForced: true } : flip
}
