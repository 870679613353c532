// `npm run validate`: the ladder. One table filled rung by rung to the plan's limit, every flow measured at each.

import { join } from 'node:path'
import type { Ladder } from '../contracts/ladder.ts'
import { LADDER_FLOWS } from '../contracts/ladder.ts'
import type { ResolvedPlan } from '../contracts/plan.ts'
import { EXIT_CODE_OF, EXIT_CODES } from '../contracts/refusal.ts'
import { asShard } from '../contracts/shard.ts'
import { LADDER_STATE } from '../engines/clean-engines.ts'
import { freeDiskBytes, nearestExisting } from '../engines/machine.ts'
import { CHECKOUT, linkedHome } from '../engines/place.ts'
import { ratesOfFullTable } from '../measurements/ladder/rung-rates.ts'
import { loadPlan } from '../plan/load-plan.ts'
import { resolvePlan } from '../plan/resolve-plan.ts'
import { seedVolume } from '../plan/seed-volume.ts'
import { type PlanPool, planPool } from '../reports/sizing/plan-pool.ts'
import { writeReport } from '../reports/write-report.ts'
import {
  type ChosenLadder,
  chosenLadder,
  type LadderOptions,
  otherLadderText,
  parseFlows,
  parseRungs,
} from './ladder/ladder-choice.ts'
import { forecastFields, forecastLines, forecastRungs, smallDisk } from './ladder/ladder-forecast.ts'
import { ladderJson } from './ladder/ladder-json.ts'
import { LadderSystem } from './ladder/ladder-system.ts'
import { predictByModel } from './ladder/predict-rung.ts'
import { runLadder } from './ladder/run-ladder.ts'
import { unfinishedLadder } from './ladder/unfinished-ladder.ts'
import { RUNS } from './named-run.ts'
import { newRunFolder } from './new-run-folder.ts'
import { parseDuration, parseSeed, parseShard } from './option-parsers.ts'
import { planOption } from './plan-option.ts'
import { runCommand } from './run-command.ts'
import { typedCommand } from './typed-command.ts'
import { verdictText } from './verdict-text.ts'
import { wrap } from './wrap-text.ts'

const HELP = `
Does one table hold the plan's 50 million rows? The tables of one shard (orders,
items, payments) are filled to a rung, every row is counted, indexes are built,
and then each flow is measured on them: on a cold database, at one rate that all
rungs share (three times, in processes of k6 of their own), and up to the
highest rate that meets its targets. With two sizes of MySQL's pool: all data in
memory, and as little of it as the plan's own setup would hold. At the top rung
the table is changed, dumped, restored, started cold and killed (--no-studies:
it is not).

The default goes to 5 million rows in 35 minutes; --full goes to the limit in
75 minutes, and only it can answer. A rung more teaches how latency and rate
move with the rows; each rung is predicted before it is measured, where a model
has an answer.

It runs engines of its own, in .headroom/ladder: what npm start seeded stays as
it is. Stop the others first (npm run down). Whatever ends it, even kill -9: the
same command continues, and measures nothing twice; with --reset it begins anew.

Exit code: 0 PASS, 99 FAIL, 5 AT RISK, 3 INVALID (no table was full yet).

Examples:
  npm run validate -- --dry-run                 rows, bytes and minutes per rung
  npm run validate                              1 million rows, then 5
  npm run validate -- --full                    1, 5, 15 and 50 million
  npm run validate -- --rungs 1e6 --flows list --no-studies
  npm run --silent validate -- --full --shard 7 --json`

interface Options extends LadderOptions {
  readonly dryRun?: true
  readonly reset?: true
  readonly run?: string
  readonly plan: string
}

await runCommand<Options>(
  'validate',
  (program) =>
    program
      .description('Fill one table rung by rung to the plan’s limit, and measure every flow at each rung.')
      .option('--full', 'to the limit: 1, 5, 15 and 50 million orders')
      .option('--rungs <list>', 'other rungs, in orders: 1e6,5e6', parseRungs)
      .option('--flows <list>', 'which flows', parseFlows, LADDER_FLOWS)
      .option('--shard <n>', 'whose tables are filled', parseShard, 7)
      .option('--seed <n>', 'another seed gives other orders with the same plan', parseSeed, 1)
      .option('--budget <time>', 'how long it may take: 75m (default: 35m, with --full 75m)', parseDuration)
      .option('--no-studies', 'leave out schema changes, dump, restore, restart and kill')
      .option('--dry-run', 'show rows, bytes and minutes per rung; nothing is started')
      .option('--reset', 'remove the rows of an earlier ladder first')
      .option('--run <folder>', 'where the evidence goes, or lies (default: below runs/)')
      .addOption(planOption())
      .addHelpText('after', HELP),
  async ({ options, words }, context) => {
    const { say, json } = context
    const plan = await loadPlan(options.plan)
    const resolved = resolvePlan(plan)
    const volume = seedVolume(plan, plan.horizonYears)
    // Also the law of the load, which the rows do not depend on.
    const chosen = chosenLadder(options, { ...volume, planHash: resolved.planHash })
    const pool = planPool(resolved)
    const forecast = forecastRungs(chosen, volume)
    forecastLines(chosen, forecast).forEach(say)
    wrap(otherLadderText(chosen, volume.fullTableRows), '').forEach(say)
    const unfinished = await unfinishedLadder(options, { asked: chosen.asked, poolShare: pool.share }, RUNS)
    // What is begun has its rows on the disk already, and had room for all of them.
    const small = unfinished === null ? smallDisk(forecast, freeDiskBytes(diskOfLadder())) : null
    if (options.dryRun) {
      const wouldBeRefused = small === null ? [] : [small]
      for (const { what, why } of wouldBeRefused) wrap(`would be refused: ${what} (${why.join('; ')})`, '').forEach(say)
      if (json) process.stdout.write(`${JSON.stringify(forecastFields(chosen, forecast, wouldBeRefused))}\n`)
      return EXIT_CODES.pass
    }
    if (small !== null) throw small
    const { runDir, ladder } = unfinished ?? {
      runDir: newRunFolder(options.run, 'validate'),
      ladder: newLadder(chosen, volume.fullTableRows, resolved, pool),
    }
    const system = await LadderSystem.open(context, 'load')
    say(`Evidence: ${runDir}`)
    const job = {
      asked: ladder.asked,
      resolved,
      volume,
      shard: asShard(chosen.asked.shard),
      runDir,
      command: typedCommand('validate', words),
      predict: predictByModel,
      system,
      context,
    }
    const finished = await runLadder(job, ladder, options.reset ?? false).finally(() => system.close())
    const { capacity, reportPath } = await writeReport(runDir)
    if (json) process.stdout.write(`${JSON.stringify(ladderJson(runDir, capacity.verdict, finished))}\n`)
    else process.stdout.write(verdictText(capacity))
    say(`Report: ${reportPath}`)
    return EXIT_CODE_OF[capacity.verdict]
  },
)

/** Nothing is made there for a look. */
function diskOfLadder(): string {
  const state = join(CHECKOUT, LADDER_STATE)
  return nearestExisting(linkedHome(state) ?? state)
}

function newLadder(
  { asked, times }: ChosenLadder,
  limitOrders: number,
  resolved: ResolvedPlan,
  pool: PlanPool,
): Ladder {
  const startedAt = new Date().toISOString()
  return {
    asked,
    times,
    startedAt,
    updatedAt: startedAt,
    finished: false,
    limitOrders,
    planPool: pool,
    rates: Object.fromEntries(asked.flows.map((flow) => [flow, ratesOfFullTable(resolved, flow)])),
    rungs: [],
    studies: [],
    spent: { fillSeconds: 0, measureSeconds: 0, studySeconds: 0, otherSeconds: 0 },
  }
}
