// `npm run redrive`: what is parked, of every kind, and another try for it.

import type { Connection } from 'mysql2/promise'
import { UNREADABLE_STREAM } from '../contracts/order-event.ts'
import { EXIT_CODES } from '../contracts/refusal.ts'
import type { ShardMap } from '../contracts/shard-map.ts'
import type { StoreName } from '../contracts/switches.ts'
import { askRedis } from '../engines/ask-redis.ts'
import { readEngines } from '../engines/engines-file.ts'
import { mysql } from '../engines/mysql.ts'
import { streams } from '../engines/redis.ts'
import { connect } from '../generators/store/mysql-connection.ts'
import { PARKED_KINDS, type ParkedKind, type ParkedRows, parkedIn, type Redriven, redriveIn } from './parked-rows.ts'
import { type ParkedReport, parkedLines, type Silent } from './parked-text.ts'
import { runCommand } from './run-command.ts'
import { addressesOfBoth } from './with-ledgers.ts'
import { withStores } from './with-stores.ts'

const HELP = `
What cannot be passed on, while the rest can, is parked with its reason:
  search-event  the search index does not take it. Tried again by itself for
                about a quarter of an hour; then it waits for a person
  message       of a migration: nobody can be told of this change of an order
  order         of a migration: the other store cannot take it as it is
Correct the cause first; what has not changed is parked again.

A message comes after those that were told of its order meanwhile. Orders are
told again while one store follows the other (phase1, phase2); in phase1
npm run migrate takes them too. What readers of the event stream put aside is
counted, and no other try would help it.

Examples:
  npm run redrive -- --dry-run    what is parked, and why
  npm run redrive                 another try for all that waits for a person`

await runCommand<{ dryRun?: true }>(
  'redrive',
  (program) =>
    program
      .description('Have the services try again what is parked: search, messages, orders of a migration.')
      .option('--dry-run', 'only say what is parked')
      .addHelpText('after', HELP),
  async ({ options: { dryRun = false } }, context) => {
    const report = await withStores(context, ({ map }) => redriveAll(map, dryRun))
    for (const line of parkedLines(report)) context.say(line)
    if (context.json) process.stdout.write(`${JSON.stringify(report)}\n`)
    return EXIT_CODES.pass
  },
)

type Found = ParkedRows & { readonly redriven: Redriven }

async function redriveAll(map: ShardMap, isDry: boolean): Promise<ParkedReport> {
  const found: Found[] = []
  for (const server of map) found.push(await redriveOver(await connect(server), 'sharded', isDry))
  const silent: Silent[] = []
  let unreadableEvents: number | null = 0
  if (found.some(({ isBesideMonolith }) => isBesideMonolith)) {
    const legacy = await redriveLegacy(isDry)
    if (legacy) found.push(legacy)
    else silent.push('legacy')
    unreadableEvents = await countUnreadable()
    if (unreadableEvents === null) silent.push('streams')
  }
  const sum = (kind: ParkedKind) => found.reduce((all, { redriven }) => all + redriven[kind], 0)
  return {
    parked: found.flatMap(({ groups }) => groups),
    redriven: Object.fromEntries(PARKED_KINDS.map((kind) => [kind, sum(kind)])) as Redriven,
    unreadableEvents,
    silent,
  }
}

/** null: it does not answer. After a migration it may be gone for good, and that is no reason to leave the rest. */
async function redriveLegacy(isDry: boolean): Promise<Found | null> {
  const connection = await connect(addressesOfBoth().legacy).catch(() => null)
  return connection && (await redriveOver(connection, 'legacy', isDry))
}

async function redriveOver(connection: Connection, store: StoreName, isDry: boolean): Promise<Found> {
  try {
    const parked = await parkedIn(connection, store)
    return { ...parked, redriven: await redriveIn(connection, isDry ? [] : parked.groups) }
  } finally {
    connection.destroy()
  }
}

/** null: nobody says where that Redis is, or it does not answer. */
async function countUnreadable(): Promise<number | null> {
  const isGiven = Boolean(process.env[mysql.addressVariable])
  const url = process.env[streams.addressVariable] || (isGiven ? null : readEngines().streams.url)
  return url ? await askRedis(url, (client) => client.xlen(UNREADABLE_STREAM)).catch(() => null) : null
}
