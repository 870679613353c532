// A long job of a migration is done by one process at a time: by a named lock on the server, which goes with the connection
// that holds it, so nobody has to tell a dead process from a slow one.

import { Refusal } from '../../contracts/refusal.ts'
import type { MysqlAddress } from '../../contracts/shard-map.ts'
import { openConnection } from './mysql-connection.ts'

/** A server takes a moment to notice that a killed process is gone. */
const PATIENCE_SECONDS = 5
const LIMIT_MS = 10_000
/** The connection is idle for as long as the job takes. */
const WEEK_SECONDS = 604_800
/** Named locks belong to the server, so it is named after the schema. */
const TAKE = `SET SESSION wait_timeout = ${WEEK_SECONDS};
  SELECT GET_LOCK(CONCAT('headroom-', ?, '/', LEFT(DATABASE(), 40)), ${PATIENCE_SECONDS}) AS taken`

export async function aloneAt<T>(
  address: MysqlAddress,
  job: 'beginning' | 'import' | 'comparison',
  work: () => Promise<T>,
): Promise<T> {
  const connection = await openConnection(address, LIMIT_MS)
  try {
    const [, rows] = (await connection.query(TAKE, [job], LIMIT_MS)) as [
      unknown,
      readonly { readonly taken: number | string | null }[],
    ]
    if (Number(rows[0]?.taken) !== 1) throw busy(job)
    return await work()
  } finally {
    connection.end()
  }
}

function busy(job: string): Refusal {
  return new Refusal({
    what: `another ${job} is under way`,
    why: ['it holds the lock of this database; a process that was killed has lost it'],
    wayOut: 'Wait until it has ended, or end it: the next one goes on where it was.',
  })
}
