// `npm run switch -- begin`: what the monolith's tables need before another store can follow them, and then the beginning.

import { Refusal } from '../contracts/refusal.ts'
import { oneServer } from '../contracts/shard-map.ts'
import { grantMigration } from '../sut/prepare-migration.ts'
import { hasAnyOrder } from '../sut/storage/any-order.ts'
import { aloneAt } from '../sut/storage/job-lock.ts'
import { prepareLegacySchema } from '../sut/storage/legacy-schema.ts'
import { countWithoutId, giveOrderIds } from '../sut/storage/legacy-store/backfill.ts'
import { LEGACY_MIGRATIONS } from '../sut/storage/legacy-store/legacy-migrations.ts'
import { requireOrderIds } from '../sut/storage/legacy-store/require-order-ids.ts'
import { migrate, prepareSchema, withOwner } from '../sut/storage/schema.ts'
import { beginMigration } from '../sut/switches/begin-migration.ts'
import { lookAtBoth } from '../sut/switches/look-at-both.ts'
import { contextFor } from '../sut/telemetry/call-context.ts'
import { startProgress } from './progress.ts'
import type { CommandContext } from './run-command.ts'
import { responsible, type SwitchOptions, toolsOf } from './switch-asked.ts'
import { finishOthers } from './switch-move.ts'
import type { OpenMigration } from './with-ledgers.ts'

const LOOK_LIMIT_MS = 30_000

/** Beside a monolith that works: its writers wait only for the moment of the beginning. The same command goes on after a kill. */
export async function begin(migration: OpenMigration, options: SwitchOptions, context: CommandContext): Promise<void> {
  const { say } = context
  if (options.dryRun) throw notTried()
  const { hasBegun } = await lookAtBoth(migration.ledgers)
  if (!hasBegun) await prepare(migration, context)
  const tools = toolsOf(migration, context)
  // A beginning that was killed as it opened the monolith's database, and nobody serves who would end it.
  if (hasBegun) await finishOthers(tools, context)
  const work = () => beginMigration(responsible(options, context), tools, () => settle(migration, context))
  // Whoever starts the order system meanwhile must not open what is closed for the beginning; once it has begun, nobody can.
  const isFirst = hasBegun ? await work() : await aloneAt(migration.addresses.sharded[0], 'beginning', work)
  say(isFirst ? "The monolith's database is the authority." : 'The migration had begun already.')
  const [legacy] = oneServer(migration.addresses.legacy)
  const required = await withOwner(legacy, requireOrderIds)
  if (required.kind === 'rows-without') {
    say(`order_id may stay empty in t_order: row ${required.firstId}, and maybe others, belong to no order`)
  } else if (required.kind === 'not-now') {
    say('order_id may stay empty in t_order for now, which was in use: the same command tries again')
  }
}

function notTried(): Refusal {
  return new Refusal({
    what: 'there is no --dry-run of begin',
    why: ["it changes the monolith's tables before it can tell how far it will come"],
    wayOut: 'Leave --dry-run out: beside a monolith that works, and the same command goes on where it stopped:',
    command: "npm run switch -- begin --why '…'",
  })
}

async function prepare(migration: OpenMigration, { say, signal }: CommandContext): Promise<void> {
  const { legacy, sharded } = migration.addresses
  await prepareSchema(sharded)
  await refuseOrders(migration)
  await prepareLegacySchema(legacy)
  say("the monolith's tables get what a migration needs: ids, versions, marks and a fence")
  await migrate(oneServer(legacy), LEGACY_MIGRATIONS)
  for (const ledger of Object.values(migration.ledgers)) await ledger.prepareTables()
  await grantMigration(migration.addresses)
  const { home } = migration.pools.legacy
  const total = await countWithoutId(home)
  if (total === 0) return
  const progress = startProgress({ label: 'Order ids', total, unit: 'orders' })
  try {
    await giveOrderIds(home, { signal, onChunk: progress.update })
  } finally {
    progress.stop()
  }
}

/** Nobody writes: the last orders that came without an id, and none may have come into the other store. */
async function settle(migration: OpenMigration, { signal }: CommandContext): Promise<void> {
  await giveOrderIds(migration.pools.legacy.home, { signal })
  await refuseOrders(migration)
}

async function refuseOrders({ pools }: OpenMigration): Promise<void> {
  if (!(await hasAnyOrder(pools.sharded.search, contextFor('prepare', LOOK_LIMIT_MS)))) return
  throw new Refusal({
    what: 'the sharded tables hold orders already',
    why: [
      "a migration fills them from the monolith's: orders that it does not know would be hidden by it, or taken for its own",
    ],
    wayOut:
      'Begin with empty ones: another schema in HEADROOM_MYSQL_URL, or remove the data (it asks first), then seed the monolith again:',
    command: 'npm run clean',
  })
}
