// The owner's steps where there is a monolith to move from: the switches' tables in both databases, and what the services may
// do there. Before a system with a monolith starts, and again when a migration begins, as more tables are there then.

import { Refusal } from '../contracts/refusal.ts'
import type { ServiceAccount } from '../contracts/service-access.ts'
import { accountsOf } from '../contracts/service-accounts.ts'
import { oneServer, type ShardMap } from '../contracts/shard-map.ts'
import { type BothDatabases, bothLedgers, closeBoth, openBoth } from './both-databases.ts'
import { phaseUnderWay } from './phase-under-way.ts'
import { grantMigrationAccess } from './storage/grants.ts'
import { aloneAt } from './storage/job-lock.ts'
import { prepareLegacySchema } from './storage/legacy-schema.ts'
import { withOwner } from './storage/schema.ts'
import type { StoreLedger } from './switches/store-ledger.ts'
import { Metrics } from './telemetry/metrics.ts'

const LIMITS = { poolSize: 2, statementLimitMs: 60_000 }

/**
 * All of it, beside a monolith that works or before it first starts: its own tables, the switches in both databases, and what
 * the services may do there. May be repeated. Resolves to the accounts that may now.
 */
export async function prepareBeside(both: BothDatabases): Promise<readonly ServiceAccount[]> {
  await prepareLegacySchema(both.legacy)
  await prepareSwitches(both)
  return await grantMigration(both)
}

/** Until a migration begins each store is open for its own writers. Refused while one is about to begin. */
export async function prepareSwitches(databases: BothDatabases): Promise<void> {
  const pools = openBoth(databases, LIMITS, new Metrics())
  const { legacy, sharded } = bothLedgers(pools)
  try {
    // A beginning has both closed for a moment, and gives the last old orders their ids: nobody may be let in then.
    await aloneAt(databases.sharded[0], 'beginning', () => openUnlessBegun([legacy, sharded]))
  } finally {
    await closeBoth(pools)
  }
}

async function openUnlessBegun(ledgers: readonly StoreLedger[]): Promise<void> {
  for (const ledger of ledgers) await ledger.prepareTables()
  const begun = await Promise.all(ledgers.map((ledger) => ledger.read()))
  // In one of them only: it was killed in its last moment, and the same command ends it. Until then nobody writes.
  if (begun.some((switches) => switches !== null)) return
  for (const ledger of ledgers) await ledger.openUnbegun()
}

/** Resolves to the accounts that were granted what they may do in both. */
export async function grantMigration({ legacy, sharded }: BothDatabases): Promise<readonly ServiceAccount[]> {
  let accounts: readonly ServiceAccount[] = accountsOf('mysql')
  for (const [name, map] of [['legacy', oneServer(legacy)] as const, ['sharded', sharded] as const]) {
    for (const server of map) {
      const granted = await withOwner(server, (run) => grantMigrationAccess(run, name))
      accounts = accounts.filter((account) => granted.includes(account))
    }
  }
  return accounts
}

/** Services that know nothing of the monolith would write past the fence, into a store that may not be the one to ask. */
export async function refuseWithoutMonolith([home]: ShardMap): Promise<void> {
  if ((await withOwner(home, phaseUnderWay)) === null) return
  throw new Refusal({
    what: 'the order system cannot start without the monolith',
    why: ['a migration has begun, and its switches say which database to ask: npm run switch -- status'],
    wayOut: 'Start it with the monolith beside it, until the migration is made final (npm run switch -- finalise):',
    command: 'npm run up -- --legacy',
  })
}
