// What is parked in one database, of every kind that lies in tables, and another try for it.

import type { Connection, ResultSetHeader } from 'mysql2/promise'
import { GAPS_TABLE, MESSAGES_TABLE, SWITCHES_TABLE } from '../contracts/migration-tables.ts'
import { PHASE_RULES, type Phase, type StoreName } from '../contracts/switches.ts'
import { PARKED_TABLE } from '../contracts/tables.ts'
import { rows } from '../generators/store/mysql-connection.ts'
import { COUNT_PARKED, type ParkedCount, REDRIVE_PARKED } from '../sut/storage/parked-events.ts'
import { clearReasons, countByReason } from '../sut/storage/parked-reasons.ts'

const PARKED = {
  'search-event': { table: PARKED_TABLE, count: COUNT_PARKED, redrive: REDRIVE_PARKED },
  message: { table: MESSAGES_TABLE, count: countByReason(MESSAGES_TABLE), redrive: clearReasons(MESSAGES_TABLE) },
  order: { table: GAPS_TABLE, count: countByReason(GAPS_TABLE), redrive: clearReasons(GAPS_TABLE) },
} as const
export type ParkedKind = keyof typeof PARKED
export const PARKED_KINDS = Object.keys(PARKED) as readonly ParkedKind[]

export interface ParkedGroup {
  readonly kind: ParkedKind
  readonly store: StoreName
  readonly reason: string
  readonly count: number
  /** `waiting`: tried again by itself. `left-behind`: the other store does not follow this one, so nobody would try. */
  readonly state: 'waiting' | 'for-a-person' | 'left-behind'
}

export type Redriven = Readonly<Record<ParkedKind, number>>

export interface ParkedRows {
  readonly groups: readonly ParkedGroup[]
  /** The switches of a migration lie here too. */
  readonly isBesideMonolith: boolean
}

export async function parkedIn(connection: Connection, store: StoreName): Promise<ParkedRows> {
  const tables = await tablesIn(connection)
  const isBesideMonolith = tables.has(SWITCHES_TABLE)
  const isFollowed = isBesideMonolith && (await followsNow(connection, store))
  const groups: ParkedGroup[] = []
  for (const kind of PARKED_KINDS.filter((kind) => tables.has(PARKED[kind].table))) {
    for (const { reason, is_waiting, events } of await rows<ParkedCount>(connection, PARKED[kind].count)) {
      const given = kind === 'order' && !isFollowed ? 'left-behind' : 'for-a-person'
      const state = Number(is_waiting) === 1 ? 'waiting' : given
      groups.push({ kind, store, reason, count: Number(events), state })
    }
  }
  return { groups, isBesideMonolith }
}

/** Of what was found, all that waits for a person; by the services, in their own time. */
export async function redriveIn(connection: Connection, groups: readonly ParkedGroup[]): Promise<Redriven> {
  const redriven = { 'search-event': 0, message: 0, order: 0 }
  for (const kind of PARKED_KINDS) {
    if (!groups.some((group) => group.kind === kind && group.state === 'for-a-person')) continue
    const [{ affectedRows }] = await connection.query<ResultSetHeader>(PARKED[kind].redrive)
    redriven[kind] = affectedRows
  }
  return redriven
}

/** A database that never saw a migration has but one of them. */
async function tablesIn(connection: Connection): Promise<ReadonlySet<string>> {
  const wanted = [SWITCHES_TABLE, ...PARKED_KINDS.map((kind) => PARKED[kind].table)]
  const found = await rows<{ readonly name: string }>(
    connection,
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name IN (?)`,
    [wanted],
  )
  return new Set(found.map(({ name }) => name))
}

async function followsNow(connection: Connection, store: StoreName): Promise<boolean> {
  const [row] = await rows<{ readonly phase: Phase }>(
    connection,
    `SELECT order_phase AS phase FROM ${SWITCHES_TABLE} WHERE switch_id = 1`,
  )
  if (!row) return false
  const { authority, mirror } = PHASE_RULES[row.phase]
  return authority === store && mirror !== null
}
