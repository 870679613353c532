// `npm run redrive`: what the search index did not take, and another try for it.

import { EXIT_CODES } from '../contracts/refusal.ts'
import { connect, rows } from '../generators/store/mysql-connection.ts'
import { COUNT_PARKED, type ParkedCount, REDRIVE_PARKED } from '../sut/storage/parked-events.ts'
import { runCommand } from './run-command.ts'
import { withStores } from './with-stores.ts'

const HELP = `
An event that the index does not take while it takes others is parked and
tried again by the indexer for about a quarter of an hour; what it refuses for
good, or has not taken by then, waits for a person. Correct the cause first.

Examples:
  npm run redrive -- --dry-run    what is parked, and why
  npm run redrive                 hand it all to the indexer again`

interface Parked {
  readonly reason: string
  readonly events: number
  /** true: the indexer tries these again by itself. */
  readonly isWaiting: boolean
}

await runCommand<{ dryRun?: true }>(
  'redrive',
  (program) =>
    program
      .description('Have the indexer try again what the search index did not take.')
      .option('--dry-run', 'only say what is parked')
      .addHelpText('after', HELP),
  async ({ options: { dryRun } }, context) => {
    const { json, say } = context
    const answer = await withStores(context, async ({ map }) => {
      const parked: Parked[] = []
      for (const server of map) {
        const connection = await connect(server)
        try {
          parked.push(...(await rows<ParkedCount>(connection, COUNT_PARKED)).map(parkedOf))
          if (!dryRun) await connection.query(REDRIVE_PARKED)
        } finally {
          connection.destroy()
        }
      }
      return { parked, redriven: dryRun ? 0 : givenUp(parked) }
    })
    for (const { reason, events, isWaiting } of answer.parked) {
      say(`${events} ${isWaiting ? 'tried again by themselves' : 'for a person'}: ${reason}`)
    }
    if (answer.parked.length === 0) say('nothing is parked')
    else if (!dryRun) say(`${answer.redriven} will be tried again by the indexer`)
    if (json) process.stdout.write(`${JSON.stringify(answer)}\n`)
    return EXIT_CODES.pass
  },
)

function parkedOf({ reason, is_waiting, events }: ParkedCount): Parked {
  return { reason, events: Number(events), isWaiting: Number(is_waiting) === 1 }
}

function givenUp(parked: readonly Parked[]): number {
  return parked.filter(({ isWaiting }) => !isWaiting).reduce((sum, { events }) => sum + events, 0)
}
