// `npm run tables`: bring the order database to the version that this code needs.

import { EXIT_CODES } from '../contracts/refusal.ts'
import { accountName } from '../contracts/service-accounts.ts'
import type { MysqlAddress, ShardMap } from '../contracts/shard-map.ts'
import { prepareBeside } from '../sut/prepare-migration.ts'
import { SCHEMA_VERSION } from '../sut/storage/migrations.ts'
import { type PreparedSchema, prepareSchema } from '../sut/storage/schema.ts'
import { phaseOf } from './phase-of.ts'
import { refuseWhileMoving } from './refuse-while-moving.ts'
import { runCommand } from './run-command.ts'
import { withLegacyStore, withStores } from './with-stores.ts'

const HELP = `
Commands that launch the order system do this first. Needed by itself where
something else starts the services. Every server of HEADROOM_MYSQL_SHARDS is
brought up to date; what is there already is left alone. The services' accounts
are granted what each may do (docs/access.md).

Beside a monolith the services need more: its tables, the switches of both
databases, and their accounts' rights there. From the beginning of a migration
until it is final, --legacy is asked for.

Examples:
  npm run tables
  npm run tables -- --legacy`

await runCommand<{ legacy?: true }>(
  'tables',
  (program) =>
    program
      .description('Bring the order database to the version that the services need.')
      .option('--legacy', "the monolith's database too, and the switches of both")
      .addHelpText('after', HELP),
  async ({ options: { legacy } }, context) => {
    const { applied, accounts } = await withStores(context, async ({ map }) => {
      if (legacy) return await withLegacyStore(context, ({ address }) => prepareBoth(map, address))
      refuseWhileMoving('tables', await phaseOf(map))
      return await prepareSchema(map)
    })
    const answer = { version: SCHEMA_VERSION, applied, accounts }
    if (context.json) process.stdout.write(`${JSON.stringify(answer)}\n`)
    context.say(
      applied === 0
        ? `The schema is at version ${SCHEMA_VERSION} already.`
        : `The schema is at version ${SCHEMA_VERSION}: ${applied} migrations applied.`,
    )
    if (legacy) context.say("The monolith's tables, and the switches of both databases, are there.")
    context.say(
      accounts.length === 0
        ? 'The services have no accounts of their own there: docs/access.md says how to make them.'
        : `Accounts that may do what docs/access.md says: ${accounts.map(accountName).join(', ')}.`,
    )
    return EXIT_CODES.pass
  },
)

/** The accounts are those that may work in both. */
async function prepareBoth(sharded: ShardMap, legacy: MysqlAddress): Promise<PreparedSchema> {
  const { applied, accounts } = await prepareSchema(sharded)
  const beside = await prepareBeside({ legacy, sharded })
  return { applied, accounts: accounts.filter((account) => beside.includes(account)) }
}
