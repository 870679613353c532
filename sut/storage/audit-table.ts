// migration_audit: who changed which switch, when and why. Written into both databases; an entry is one by its id.

import { AUDIT_TABLE } from '../../contracts/migration-tables.ts'
import type { CallContext } from '../telemetry/call-context.ts'
import { NOW_MS } from './database-clock.ts'
import type { MysqlLane } from './mysql-lane.ts'

export const CREATE_AUDIT_SQL = `CREATE TABLE IF NOT EXISTS ${AUDIT_TABLE} (
  entry_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  at_ms BIGINT NOT NULL,
  who VARCHAR(100) NOT NULL,
  why VARCHAR(500) NOT NULL,
  what VARCHAR(20) NOT NULL,
  detail JSON NOT NULL,
  PRIMARY KEY (entry_id),
  KEY age (at_ms)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`

export const AUDITED = ['begin', 'flip', 'resumed', 'set', 'finalise'] as const

export interface AuditEntry {
  readonly entryId: string
  readonly who: string
  readonly why: string
  readonly what: (typeof AUDITED)[number]
  readonly detail: Readonly<Record<string, unknown>>
}

export interface StoredAuditEntry extends AuditEntry {
  readonly atMs: number
}

export async function insertAudit(lane: MysqlLane, entry: AuditEntry, context: CallContext): Promise<void> {
  const { entryId, who, why, what, detail } = entry
  await lane.execute(
    `INSERT IGNORE INTO ${AUDIT_TABLE} (entry_id, at_ms, who, why, what, detail) VALUES (?, ${NOW_MS}, ?, ?, ?, ?)`,
    [entryId, who.slice(0, 100), why.slice(0, 500), what, JSON.stringify(detail)],
    context,
  )
}

/** The latest first. */
export async function selectAudit(
  lane: MysqlLane,
  limit: number,
  context: CallContext,
): Promise<readonly StoredAuditEntry[]> {
  const rows = await lane.rows<{
    readonly entry_id: string
    readonly at_ms: string
    readonly who: string
    readonly why: string
    readonly what: AuditEntry['what']
    readonly detail: string
  }>(
    `SELECT entry_id, at_ms, who, why, what, detail FROM ${AUDIT_TABLE} ORDER BY at_ms DESC, entry_id LIMIT ?`,
    [limit],
    context,
  )
  return rows.map(({ entry_id, at_ms, who, why, what, detail }) => ({
    entryId: entry_id,
    atMs: Number(at_ms),
    who,
    why,
    what,
    detail: JSON.parse(detail) as Readonly<Record<string, unknown>>,
  }))
}
