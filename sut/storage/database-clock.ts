// The database's clock: leases are on it, and so is the age at which something is forgotten, so that the services' clocks need
// not agree.

import type { CallContext } from '../telemetry/call-context.ts'
import type { MysqlLane } from './mysql-lane.ts'

export const NOW_MS = 'CAST(UNIX_TIMESTAMP(SYSDATE(3)) * 1000 AS SIGNED)'

export async function databaseNowMs(server: MysqlLane, context: CallContext): Promise<number> {
  const [row] = await server.rows<{ readonly now_ms: string }>(`SELECT ${NOW_MS} AS now_ms`, [], context)
  const nowMs = Number(row?.now_ms)
  if (!Number.isSafeInteger(nowMs)) throw new Error(`the database's clock says ${row?.now_ms}`)
  return nowMs
}
