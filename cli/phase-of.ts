// Where a migration stands, for commands that work on the sharded tables alone.

import type { ShardMap } from '../contracts/shard-map.ts'
import type { Phase } from '../contracts/switches.ts'
import { connect, rows } from '../generators/store/mysql-connection.ts'
import { phaseUnderWay } from '../sut/phase-under-way.ts'

/** null: none is under way. */
export async function phaseOf([home]: ShardMap): Promise<Phase | null> {
  const connection = await connect(home)
  try {
    return await phaseUnderWay((sql) => rows<Record<string, unknown>>(connection, sql))
  } finally {
    connection.destroy()
  }
}
