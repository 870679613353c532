// `npm run bench:seed`: the seeder against the engines' own speed.

import { availableParallelism } from 'node:os'
import { median } from 'simple-statistics'
import { EXIT_CODES } from '../contracts/refusal.ts'
import { memoryBytes } from '../engines/machine.ts'
import { type BenchReport, benchSeed } from '../generators/bench/seed-bench.ts'
import { loadPlan } from '../plan/load-plan.ts'
import { seedVolume } from '../plan/seed-volume.ts'
import { parseCount } from './option-parsers.ts'
import { planOption } from './plan-option.ts'
import { runCommand } from './run-command.ts'
import { withStores } from './with-stores.ts'

const HELP = `
Contenders fill the same tables with the same rows, in turn, so that a drifting
machine hits all alike. Ratios are per repeat. Uses a schema and an index of its
own; the seeded data stays as it is.

Examples:
  npm run bench:seed
  npm run bench:seed -- --orders 2000000 --repeats 3`

await runCommand<{ orders: number; repeats: number; plan: string }>(
  'bench:seed',
  (program) =>
    program
      .description('Measure the seeder against ready files, INSERT, sysbench and ready bulk bodies.')
      .option('--orders <n>', 'orders per table; one table of each family per core', parseCount, 1_000_000)
      .option('--repeats <n>', 'how often each contender runs', parseCount, 5)
      .addOption(planOption())
      .addHelpText('after', HELP),
  async ({ options: { plan: file, orders, repeats } }, context) => {
    const { json, signal, say } = context
    const plan = await loadPlan(file)
    const report = await withStores(context, (found) =>
      benchSeed(
        { volume: seedVolume(plan, plan.horizonYears), orders, repeats },
        {
          ...found,
          memoryBytes: memoryBytes(),
          cores: availableParallelism(),
          signal,
          say,
          startProgress: () => ({ update: () => {}, stop: () => {} }), // each contender says its rate when it ends
        },
      ),
    )
    process.stdout.write(json ? `${JSON.stringify(report)}\n` : reportText(report))
    return EXIT_CODES.pass
  },
)

function reportText({ rates, ratios, notes }: BenchReport): string {
  const lines = ['Median [least … most] of the repeats:']
  for (const [name, values] of Object.entries(rates)) lines.push(`  ${name.padEnd(30)} ${spread(values, 0)} per second`)
  for (const { name, values, goal } of ratios) {
    const wanted = 'atLeast' in goal ? `at least ${goal.atLeast}` : `at most ${goal.atMost}`
    lines.push(`  ${name}: ${spread(values, values.some((value) => value < 0.1) ? 3 : 2)} (goal: ${wanted})`)
  }
  return `${[...lines, ...notes].join('\n')}\n`
}

function spread(values: readonly number[], digits: number): string {
  const text = (value: number) =>
    value.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits })
  return `${text(median([...values]))} [${text(Math.min(...values))} … ${text(Math.max(...values))}]`
}
