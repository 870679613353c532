// `npm run plan`: does the plan hold, when does it not, and what follows: rows per table by month, and the peak.

import { InvalidArgumentError } from 'commander'
import type { ResolvedPlan } from '../contracts/plan.ts'
import { EXIT_CODE_OF, Refusal } from '../contracts/refusal.ts'
import { SHARD_COUNT } from '../contracts/shard.ts'
import { FORECAST_VERDICTS } from '../contracts/table-forecast.ts'
import { parsePlan, readPlanFile } from '../plan/load-plan.ts'
import { type PlanChange, parsePlanChange } from '../plan/plan-change.ts'
import { resolvePlan } from '../plan/resolve-plan.ts'
import { parseSweep } from '../plan/sweep.ts'
import { checkoutPlan } from './plan-option.ts'
import { planText } from './plan-text.ts'
import { runCommand } from './run-command.ts'
import { type SweepPoint, sweepPoint, sweepText } from './sweep-text.ts'

const HELP = `
Low and high are 90 % bounds: the plan's uncertain inputs, combined as
independent. Another mid takes low and high along (docs/plan.md).
--set and --sweep name a field by its path, and values as plan.yaml writes
them: orders.perDayAtStart.mid=2e6, orders.promotions.0.days=3, shards=128.
Any number of tables is projected; only ${SHARD_COUNT} are ever made.
Exit code: 0 holds, 5 at risk, 99 does not hold; of a sweep, the worst.

Examples:
  npm run plan                                   the default plan, plan.yaml
  npm run plan -- black-friday.yaml              another one
  npm run plan -- --set orders.yearlyGrowth.mid=0.6 --set shards=128
  npm run plan -- --sweep orders.yearlyGrowth.mid=0.2..0.8
  npm run plan -- --sweep shards=64,96,128       or a step: 0.2..0.8/0.05
  npm run --silent plan -- --json                everything, for scripts`

interface Options {
  readonly plan?: string
  readonly set: readonly PlanChange[]
  readonly sweep?: readonly PlanChange[]
}

await runCommand<Options>(
  'plan',
  (program) =>
    program
      .description('Does the growth plan hold? The verdict, then rows per table by month and the peak rates.')
      .argument('[file]', 'the growth plan (default: plan.yaml)')
      .option('--plan <file>', 'the same, as other commands name it')
      .option('--set <path=value>', 'change one field; repeatable', collectChange, [])
      .option('--sweep <path=values>', 'vary one field: 0.2..0.8 or 0.2,0.4,0.6', collectSweep)
      .addHelpText('after', HELP),
  async ({ options, positionals: [file] }, { json }) => {
    const path = planFile(file as string | undefined, options.plan)
    const text = await readPlanFile(path)
    const resolved = (changes: readonly PlanChange[]) => resolvePlan(parsePlan(text, path, 'projection', changes))
    if (options.sweep === undefined) return print(resolved(options.set), json)
    return printSweep(
      options.sweep.map((change) => sweepPoint(change, resolved([...options.set, change]))),
      json,
    )
  },
)

function print(resolved: ResolvedPlan, json: boolean) {
  process.stdout.write(json ? `${JSON.stringify(resolved, null, 2)}\n` : planText(resolved))
  return EXIT_CODE_OF[resolved.forecast.verdict]
}

function printSweep(points: readonly SweepPoint[], json: boolean) {
  const verdict = FORECAST_VERDICTS.findLast((word) => points.some((point) => point.verdict === word)) ?? 'FAIL'
  process.stdout.write(json ? `${JSON.stringify({ verdict, points }, null, 2)}\n` : sweepText(points))
  return EXIT_CODE_OF[verdict]
}

function planFile(positional: string | undefined, option: string | undefined): string {
  if (positional !== undefined && option !== undefined && positional !== option) {
    throw new Refusal({
      what: 'two plans are named',
      why: [`${positional} and --plan ${option}`],
      wayOut: 'Name one: npm run plan -- my-plan.yaml',
    })
  }
  return positional ?? option ?? checkoutPlan()
}

function collectChange(text: string, before: readonly PlanChange[]): readonly PlanChange[] {
  return [...before, parsePlanChange(text)]
}

function collectSweep(text: string, before: readonly PlanChange[] | undefined): readonly PlanChange[] {
  if (before !== undefined) throw new InvalidArgumentError('one field at a time can be swept')
  return parseSweep(text)
}
