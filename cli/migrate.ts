// `npm run migrate`: the monolith's orders into the sharded tables.

import { EXIT_CODES, Refusal } from '../contracts/refusal.ts'
import type { Phase, SwitchState } from '../contracts/switches.ts'
import { bothStores } from '../sut/both-databases.ts'
import { beginImport, type ImportProgress, importOrders } from '../sut/migration/import-orders.ts'
import { withinJob } from '../sut/migration/judge-in-groups.ts'
import { verifyImport } from '../sut/migration/verify-import.ts'
import { aloneAt } from '../sut/storage/job-lock.ts'
import { openProgress } from '../sut/storage/progress-table.ts'
import { hasMoved, JOB_LIMITS, legacyOrders, migrationState } from './migration-state.ts'
import { importLines, warningLines } from './migration-text.ts'
import { startProgress } from './progress.ts'
import { type CommandContext, runCommand } from './run-command.ts'
import { type OpenMigration, withDatabases } from './with-ledgers.ts'

const HELP = `
Runs beside the services in phase1, where what changes meanwhile is marked and
told by the mirror. An order that the sharded store has in this version or a
later one is left as it is, so this may be repeated; a killed run is continued
by the same command. An order that makes no sense there (cancelled, but paid) is
parked with its reason, and holds up no other.

At the end orders and amounts are compared shard by shard, up to a minute before
the start. Exit code 4: they differ, or orders have no order id yet. Whether
every field of every order is the same is what
npm run compare-stores -- --full says.

Examples:
  npm run migrate -- --dry-run
  npm run migrate
  npm run --silent migrate -- --json`

const PARKED_NAMED = 100
const PARKED_AT_MOST = 100_000

await runCommand<{ dryRun?: true }>(
  'migrate',
  (program) =>
    program
      .description("Take the monolith's orders over into the sharded tables, while phase1 runs.")
      .option('--dry-run', 'read everything, say what would come of it, write nothing')
      .addHelpText('after', HELP),
  async ({ options: { dryRun = false } }, context) =>
    await withDatabases(JOB_LIMITS, async (databases) => {
      const state = await migrationState(databases.ledgers)
      if (state.phase !== 'phase1' && !dryRun) throw notInPhase1(state.phase)
      const work = () => takeOver(databases, state, dryRun, context)
      const report = dryRun ? await work() : await aloneAt(databases.addresses.sharded[0], 'import', work)
      if (context.json) process.stdout.write(`${JSON.stringify(report)}\n`)
      for (const line of importLines(report)) context.say(line)
      return report.verified === false ? EXIT_CODES.verificationFailed : EXIT_CODES.pass
    }),
)

async function takeOver(
  { ledgers, pools }: OpenMigration,
  state: SwitchState,
  isTried: boolean,
  { signal, say }: CommandContext,
) {
  const beganAtMs = Date.now()
  const { orders, rowsWithoutId: withoutIdBefore } = await legacyOrders(pools.legacy)
  for (const line of warningLines(withoutIdBefore, state.monolith)) say(line)
  const { legacy: from, sharded: to } = bothStores(pools)
  const progress = isTried ? null : await openProgress<ImportProgress>(pools.sharded.home, 'import', withinJob)
  const begun = beginImport((await progress?.read()) ?? null, state)
  if (begun.after !== null) say('going on where an earlier run stopped')
  const bar = startProgress({ label: isTried ? 'reading' : 'importing', total: orders, unit: 'orders' })
  const counts = await importOrders(begun, { from, to, progress, signal, onOrders: bar.update }).finally(bar.stop)
  if (progress && hasMoved(state, await migrationState(ledgers))) throw leftPhase1()
  const aside = isTried ? [] : await from.parked(PARKED_AT_MOST, withinJob())
  const without = aside.map(({ orderId }) => orderId)
  const differences = isTried ? null : await verifyImport(pools, beganAtMs, without, signal)
  const { rowsWithoutId } = await legacyOrders(pools.legacy)
  await progress?.forget()
  return {
    imported: counts.imported,
    skippedNewer: counts.skippedNewer,
    parked: counts.parked,
    parkedOrders: aside.slice(0, PARKED_NAMED).map(({ orderId, reason }) => ({ orderId, reason })),
    // Rows without an id are orders that were not taken over.
    verified: differences && differences.length === 0 && rowsWithoutId === 0,
    shardsThatDiffer: differences ?? [],
    rowsWithoutId,
  }
}

function notInPhase1(phase: Phase): Refusal {
  return new Refusal({
    what: `nothing is imported in ${phase}`,
    why:
      phase === 'legacy'
        ? ['no order that changes is marked: what changes after it was read would be missed']
        : ['the sharded store takes the writes already, and the monolith’s follows it'],
    wayOut: phase === 'legacy' ? 'Enter phase 1 first; --dry-run works before.' : 'Compare the stores in full instead:',
    command: phase === 'legacy' ? "npm run switch -- forward --why '…'" : 'npm run compare-stores -- --full',
  })
}

function leftPhase1(): Refusal {
  return new Refusal({
    what: 'the import is not whole',
    why: ['phase 1 was left or entered anew meanwhile: what changed without a mark was missed'],
    wayOut: 'In phase 1, run it again; what is there already is left as it is:',
    command: 'npm run migrate',
  })
}
