// `npm run verify`: prove what the seeder wrote.

import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { EXIT_CODES } from '../contracts/refusal.ts'
import { ALL_SHARDS } from '../contracts/shard.ts'
import { STATE } from '../engines/place.ts'
import { verifyServers } from '../generators/verify/verify-servers.ts'
import { verifyText } from '../generators/verify/verify-text.ts'
import { loadPlan } from '../plan/load-plan.ts'
import { rowsHash } from '../plan/resolve-plan.ts'
import { describeDataset } from './describe-dataset.ts'
import { parseShardRange } from './option-parsers.ts'
import { phaseOf } from './phase-of.ts'
import { planOption } from './plan-option.ts'
import { startProgress } from './progress.ts'
import { refuseWhileMoving } from './refuse-while-moving.ts'
import { runCommand } from './run-command.ts'
import { withStores } from './with-stores.ts'

const HELP = `
Exit code 0: everything holds. 4: something does not, with samples. While a
migration is under way it is refused: npm run compare-stores holds both stores
against each other.
A stopped run is continued; what it looked at more than an hour ago is looked
at again.

Examples:
  npm run verify                        all tables and the search index
  npm run verify -- --shards 7          the tables of one shard
  npm run --silent verify -- --json     for scripts`

await runCommand<{ plan: string; shards?: readonly number[] }>(
  'verify',
  (program) =>
    program
      .description(
        'Prove the seeded data: exact counts, routing, ids, books, MySQL against Elasticsearch, skew, sizes.',
      )
      .addOption(planOption('the plan it was seeded from'))
      .option('--shards <range>', 'these shards only: 0-15', parseShardRange)
      .addHelpText('after', HELP),
  async ({ options }, context) => {
    const { json, signal, say } = context
    const plan = await loadPlan(options.plan)
    const wanted = { plan, planHash: rowsHash(plan), shards: options.shards ?? ALL_SHARDS }
    const journalFile = join(STATE, 'verify.ndjson')
    const report = await withStores(context, async ({ map, stores }) => {
      refuseWhileMoving('verify', await phaseOf(map))
      const deps = { stores, cores: availableParallelism(), journalFile, signal, say, startProgress }
      return await verifyServers(wanted, deps, map)
    })
    process.stdout.write(
      json ? `${JSON.stringify({ ...report, dataset: describeDataset(report.dataset) })}\n` : verifyText(report),
    )
    return report.ok ? EXIT_CODES.pass : EXIT_CODES.verificationFailed
  },
)
