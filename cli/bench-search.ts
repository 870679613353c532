// `npm run bench:search`: what the search publishes for simulated servers whose operating point is known.

import { EXIT_CODES } from '../contracts/refusal.ts'
import { runSearchBench, type SearchBenchReport } from '../measurements/search/bench/run-bench.ts'
import { SCENES, type SceneRow } from '../measurements/search/bench/search-bench.ts'
import { parseCount, parseSeconds } from './option-parsers.ts'
import { runCommand } from './run-command.ts'

const HELP = `
Simulates FIFO queues of two workers (5 ms a request; p99 target 100 ms) and of
32 (40 ms; 800 ms) with fixed, exponential and log-normal service and with what
disturbs real machines, and lets two procedures search them: the one in use, and
the one before it (one hold a rate, evenly spaced requests, the lowest miss ends
it). Nothing is measured and nothing is loaded: it tells what the statistics are
worth.

Examples:
  npm run bench:search
  npm run bench:search -- --searches 50
  npm run --silent bench:search -- --json`

const COLUMNS = [14, 18, 12, 10, 10, 24, 10, 10, 8, 9] as const

await runCommand<{ searches: number; budget: number }>(
  'bench:search',
  (program) =>
    program
      .description('Hold the search for the operating point against servers whose operating point is known.')
      .option('--searches <n>', 'searches of each server by each procedure', parseCount, 200)
      .option('--budget <seconds>', 'seconds of load a search may take', parseSeconds, 180)
      .addHelpText('after', HELP),
  async ({ options: { searches, budget: budgetSeconds } }, { json, signal, say }) => {
    let told = 0
    const report = await runSearchBench({
      scenes: SCENES,
      searches,
      budgetSeconds,
      signal,
      onProgress: (done, all) => {
        if (done < all && done - told < all / 8) return
        told = done
        say(`bench:search: ${done} of ${all} servers searched`)
      },
    })
    process.stdout.write(json ? `${JSON.stringify(report)}\n` : reportText(report))
    return EXIT_CODES.pass
  },
)

function reportText({ searches, budgetSeconds, rows, arrivals }: SearchBenchReport): string {
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => cell.padEnd(COLUMNS[i] ?? 0))
      .join('')
      .trimEnd()
  const head = [
    'server',
    'noise',
    'service',
    'procedure',
    'published',
    'rate ÷ truth',
    'within 5%',
    'coverage',
    'wrong',
    'seconds',
  ]
  return [
    `${searches} searches each, at most ${budgetSeconds} s of load. Rate ÷ truth: median [p5 … p95]. Coverage: stated intervals that hold the truth.`,
    'Wrong: published more than 5 % above the truth, or where no useful rate meets the target.',
    '',
    line(head),
    ...rows.toSorted(byNoise).map((row) => line(cellsOf(row))),
    '',
    'Operating point under other arrivals ÷ under Poisson arrivals (no noise):',
    ...arrivals.map(({ law, arrivals: kind, ratio }) => `  ${law.padEnd(12)} ${kind.padEnd(10)} ${ratio.toFixed(3)}`),
    '',
  ].join('\n')
}

function byNoise(a: SceneRow, b: SceneRow): number {
  return b.server.localeCompare(a.server) || a.noise.localeCompare(b.noise)
}

function cellsOf({
  server,
  noise,
  law,
  procedure,
  published,
  bias,
  within5Percent,
  coverage,
  wrongPublications,
  secondsMedian,
}: SceneRow) {
  const ratio = (value: number) => value.toFixed(2)
  const percent = (value: number | null) => (value === null ? '-' : `${Math.round(100 * value)} %`)
  return [
    server,
    noise,
    law,
    procedure,
    String(published),
    bias === null ? '-' : `${ratio(bias.median)} [${ratio(bias.p5)} … ${ratio(bias.p95)}]`,
    percent(within5Percent),
    percent(coverage),
    String(wrongPublications),
    String(Math.round(secondsMedian)),
  ]
}
