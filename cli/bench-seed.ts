// `npm run bench:seed`: the seeder against the engines' own speed.

import { availableParallelism } from 'node:os'
import { InvalidArgumentError } from 'commander'
import { EXIT_CODES } from '../contracts/refusal.ts'
import { memoryBytes } from '../engines/machine.ts'
import { type BenchReport, benchSeed } from '../generators/bench/seed-bench.ts'
import { loadPlan } from '../plan/load-plan.ts'
import { seedVolume } from '../plan/seed-volume.ts'
import { startProgress } from './progress.ts'
import { runCommand } from './run-command.ts'
import { withStores } from './with-stores.ts'

const HELP = `
Contenders fill the same tables with the same rows, in turn, so that a drifting machine hits all alike. Ratios are per
repeat. Uses a schema and an index of its own; the seeded data stays as it is.

Examples:
  npm run bench:seed
  npm run bench:seed -- --orders 2000000 --repeats 3`

/** Contender ÷ contender, and what we want it to be at least. */
const RATIOS = [
  ['seeder', 'floor: ready files', 0.9],
  ['seeder', 'multi-row INSERT', 2],
  ['seeder', 'sysbench prepare, row bytes', 1.3],
  ['generator, null sink, 1 core', 'floor: ready files', 1],
  ['search: fed by the pass', 'search: ready bodies', 0.85],
] as const

await runCommand<{ orders: number; repeats: number; plan: string }>(
  'bench:seed',
  (program) =>
    program
      .description('Measure the seeder against ready files, INSERT, sysbench and ready bulk bodies.')
      .option('--orders <n>', 'orders per table; one table of each family per core', parseCount, 500_000)
      .option('--repeats <n>', 'how often each contender runs', parseCount, 5)
      .option('--plan <file>', 'the growth plan', 'plan.yaml')
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
          startProgress: json ? startProgress : () => ({ update: () => {}, stop: () => {} }),
        },
      ),
    )
    process.stdout.write(json ? `${JSON.stringify(report)}\n` : reportText(report))
    return EXIT_CODES.pass
  },
)

function reportText({ rates, floor, notes }: BenchReport): string {
  const lines = [`Floor: ${floor}. Median [least … most] of the repeats:`]
  for (const [name, values] of Object.entries(rates)) lines.push(`  ${name.padEnd(28)} ${spread(values, 0)} per second`)
  for (const [name, against, goal] of RATIOS) {
    const [top, bottom] = [rates[name], rates[against]]
    if (!top || !bottom) continue
    const ratios = top.map((value, at) => value / (bottom[at] ?? Number.NaN))
    lines.push(`  ${name} ÷ ${against}: ${spread(ratios, 2)} (goal ${goal})`)
  }
  return `${[...lines, ...notes].join('\n')}\n`
}

function spread(values: readonly number[], digits: number): string {
  const sorted = [...values].sort((a, b) => a - b)
  const text = (value: number | undefined) =>
    (value ?? 0).toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits })
  return `${text(sorted[Math.floor(sorted.length / 2)])} [${text(sorted[0])} … ${text(sorted.at(-1))}]`
}

function parseCount(text: string): number {
  const count = Number(text)
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError('a whole number, 1 or more')
  return count
}
