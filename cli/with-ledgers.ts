// Both databases of a migration for one command. Neither is looked at beforehand: that one is down may be why it is called.

import { Refusal } from '../contracts/refusal.ts'
import { oneServer, type ShardMap, serverName, shardMapOf } from '../contracts/shard-map.ts'
import { readEngines } from '../engines/engines-file.ts'
import { legacyUrlOf, mysql } from '../engines/mysql.ts'
import { readShardMap, SHARDS_VARIABLE } from '../engines/shard-servers.ts'
import { LEGACY_ADDRESS_VARIABLE } from '../engines/start-engines.ts'
import { refuseOtherShape } from '../engines/start-server.ts'
import { type BothPools, bothLedgers } from '../sut/both-databases.ts'
import type { BothDatabases } from '../sut/prepare-migration.ts'
import { MysqlPool } from '../sut/storage/mysql-pool.ts'
import type { MysqlServerOptions } from '../sut/storage/mysql-server.ts'
import { Stopped } from '../sut/switches/flip-run.ts'
import { isSilence } from '../sut/switches/look-at-both.ts'
import type { Ledgers } from '../sut/switches/store-ledger.ts'
import { Metrics } from '../sut/telemetry/metrics.ts'

const SHORT_WORK: MysqlServerOptions = { poolSize: 4, statementLimitMs: 60_000 }

/** Both databases, as their owners see them. */
export interface OpenMigration {
  readonly ledgers: Ledgers
  readonly pools: BothPools
  readonly addresses: BothDatabases
}

export function withLedgers<T>(use: (migration: OpenMigration) => Promise<T>): Promise<T> {
  return withDatabases(SHORT_WORK, use)
}

export async function withDatabases<T>(
  limits: MysqlServerOptions,
  use: (migration: OpenMigration) => Promise<T>,
): Promise<T> {
  const { legacy, sharded } = addressesOfBoth()
  const poolOf = (map: ShardMap) => new MysqlPool({ ...limits, map }, new Metrics())
  const pools = { legacy: poolOf(oneServer({ url: legacy })), sharded: poolOf(sharded) }
  try {
    return await use({ ledgers: bothLedgers(pools), pools, addresses: { legacy: { url: legacy }, sharded } })
  } catch (error) {
    if (isSilence(error) || error instanceof Stopped) throw unreachable(legacy, sharded)
    throw error
  } finally {
    for (const pool of [pools.legacy, pools.sharded]) await pool.close()
  }
}

/** Of the environment, or of the engines that run; none is started. */
export function addressesOfBoth(): { readonly legacy: string; readonly sharded: ShardMap } {
  const url = process.env[mysql.addressVariable]
  const legacy = process.env[LEGACY_ADDRESS_VARIABLE]
  if (legacy) refuseOtherShape(mysql, LEGACY_ADDRESS_VARIABLE, legacy)
  if (url) {
    refuseOtherShape(mysql, mysql.addressVariable, url)
    return { legacy: legacy || legacyUrlOf(url), sharded: readShardMap({ url }, process.env[SHARDS_VARIABLE]) }
  }
  const engines = readEngines()
  return { legacy: legacy || engines.legacyMysql.url, sharded: shardMapOf(engines) }
}

function unreachable(legacy: string, [home]: ShardMap): Refusal {
  return new Refusal({
    what: 'the databases stopped answering',
    why: [`the monolith's is ${serverName({ url: legacy })}, the sharded one ${serverName(home)}`],
    wayOut:
      'See that they run; what was begun is brought to its end by the same command, or by the services within seconds:',
    command: 'npm run switch -- status',
  })
}
