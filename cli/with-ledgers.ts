// Both databases of a migration for one command. Neither is looked at beforehand: that one is down may be why it is called.

import { Refusal } from '../contracts/refusal.ts'
import { serverName, shardMapOf } from '../contracts/shard-map.ts'
import { readEngines } from '../engines/engines-file.ts'
import { LEGACY_ADDRESS_VARIABLE, legacyUrlOf, mysql } from '../engines/mysql.ts'
import { readShardMap, SHARDS_VARIABLE } from '../engines/shard-servers.ts'
import { refuseOtherShape } from '../engines/start-server.ts'
import { type BothDatabases, type BothPools, bothLedgers, closeBoth, openBoth } from '../sut/both-databases.ts'
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
  const addresses = addressesOfBoth()
  const pools = openBoth(addresses, limits, new Metrics())
  try {
    return await use({ ledgers: bothLedgers(pools), pools, addresses })
  } catch (error) {
    if (isSilence(error) || error instanceof Stopped) throw unreachable(addresses)
    throw error
  } finally {
    await closeBoth(pools)
  }
}

/** Of the environment, or of the engines that run; none is started. */
export function addressesOfBoth(): BothDatabases {
  const url = process.env[mysql.addressVariable]
  const legacy = process.env[LEGACY_ADDRESS_VARIABLE]
  if (legacy) refuseOtherShape(mysql, LEGACY_ADDRESS_VARIABLE, legacy)
  if (url) {
    refuseOtherShape(mysql, mysql.addressVariable, url)
    return {
      legacy: { url: legacy || legacyUrlOf(url) },
      sharded: readShardMap({ url }, process.env[SHARDS_VARIABLE]),
    }
  }
  const engines = readEngines()
  return { legacy: { url: legacy || engines.legacyMysql.url }, sharded: shardMapOf(engines) }
}

function unreachable({ legacy, sharded: [home] }: BothDatabases): Refusal {
  return new Refusal({
    what: 'the databases stopped answering',
    why: [`the monolith's is ${serverName(legacy)}, the sharded one ${serverName(home)}`],
    wayOut:
      'See that they run; what was begun is brought to its end by the same command, or by the services within seconds:',
    command: 'npm run switch -- status',
  })
}
