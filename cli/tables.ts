// `npm run tables`: bring the order database to the version that this code needs.

import { EXIT_CODES } from '../contracts/refusal.ts'
import { accountName } from '../contracts/service-accounts.ts'
import { SCHEMA_VERSION } from '../sut/storage/migrations.ts'
import { prepareSchema } from '../sut/storage/schema.ts'
import { runCommand } from './run-command.ts'
import { withStores } from './with-stores.ts'

const HELP = `
Commands that launch the order system do this first. Needed by itself where
something else starts the services. Every server of HEADROOM_MYSQL_SHARDS is
brought up to date; what is there already is left alone. The services' accounts
are granted what each may do (docs/access.md).

Example:
  npm run tables`

await runCommand<Record<string, never>>(
  'tables',
  (program) =>
    program.description('Bring the order database to the version that the services need.').addHelpText('after', HELP),
  async (_, context) => {
    const { applied, accounts } = await withStores(context, ({ map }) => prepareSchema(map))
    const answer = { version: SCHEMA_VERSION, applied, accounts }
    if (context.json) process.stdout.write(`${JSON.stringify(answer)}\n`)
    context.say(
      applied === 0
        ? `The schema is at version ${SCHEMA_VERSION} already.`
        : `The schema is at version ${SCHEMA_VERSION}: ${applied} migrations applied.`,
    )
    context.say(
      accounts.length === 0
        ? 'The services have no accounts of their own there: docs/access.md says how to make them.'
        : `Accounts that may do what docs/access.md says: ${accounts.map(accountName).join(', ')}.`,
    )
    return EXIT_CODES.pass
  },
)
