// `npm run seed`: fill the tables and the search index with the plan's orders.

import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, resolve } from 'node:path'
import { Option } from 'commander'
import type { SeedVolume } from '../contracts/dataset.ts'
import { EXIT_CODES, type ExitCode, Refusal } from '../contracts/refusal.ts'
import { ALL_SHARDS, STORED_FAMILIES } from '../contracts/shard.ts'
import { freeDiskBytes, memoryBytes } from '../engines/machine.ts'
import { sizeText } from '../generators/predict-size.ts'
import { FILE_FORMATS, type FileFormat } from '../generators/rows/row-formats.ts'
import { seedFiles } from '../generators/seed-files.ts'
import type { SeedReport } from '../generators/seed-options.ts'
import { seedServers } from '../generators/seed-servers.ts'
import { loadPlan } from '../plan/load-plan.ts'
import { seedVolume } from '../plan/seed-volume.ts'
import { describeDataset } from './describe-dataset.ts'
import { lockFolder } from './lock-folder.ts'
import { collectShard, parseScale, parseSeconds, parseSeed, parseShardRange, parseYears } from './option-parsers.ts'
import { startProgress } from './progress.ts'
import { type CommandContext, runCommand } from './run-command.ts'
import { withStores } from './with-stores.ts'

const DEFAULT_TIME_BUDGET_SECONDS = 180

const HELP = `
A killed run is continued by the same command; a finished one writes 0 rows.

Examples:
  npm run seed --years 3                        three years, at a scale this machine holds
  npm run seed -- --scale 0.01 --dry-run        what a hundredth of the plan would take
  npm run seed -- --scale 0.001 --full-shard 7  besides, the tables _07 at the whole 50 million orders
  npm run seed -- --shards 0-15                 a quarter of the work; other machines take the rest
  npm run seed -- --reset --seed 2              another data set instead of the one that is there`

const SINKS = ['mysql', ...FILE_FORMATS] as const

interface Options {
  readonly years?: number
  readonly scale?: number
  readonly timeBudget: number
  readonly fullShard: readonly number[]
  readonly seed: number
  readonly plan: string
  readonly sink: (typeof SINKS)[number]
  readonly out?: string
  readonly shards?: readonly number[]
  readonly dryRun?: boolean
  readonly reset?: boolean
  readonly redoOff?: boolean
  readonly ifEmpty?: boolean
}

await runCommand<Options>(
  'seed',
  (program) =>
    program
      .description('Fill 64 × (orders, order_items, payments) and Elasticsearch with the years a plan projects.')
      .option('--years <n>', 'years of the plan to seed (default: its horizon)', parseYears)
      .option(
        '--scale <fraction>',
        'fraction of the plan in every table (default: what this machine holds)',
        parseScale,
      )
      .option('--time-budget <seconds>', 'seconds the chosen scale may take', parseSeconds, DEFAULT_TIME_BUDGET_SECONDS)
      .option('--full-shard <n>', 'fill the tables of shard n to the whole volume; repeatable', collectShard, [])
      .option('--seed <n>', 'another seed gives other orders with the same plan', parseSeed, 1)
      .option('--plan <file>', 'the growth plan', 'plan.yaml')
      .option('--shards <range>', 'seed these shards only: 0-15', parseShardRange)
      .addOption(new Option('--sink <where>', 'mysql (and Elasticsearch), or files').choices(SINKS).default('mysql'))
      .option('--out <folder>', 'where the files go')
      .option('--dry-run', 'show rows, bytes, time and free disk, and write nothing')
      .option('--redo-off', 'MySQL only: load without redo log; a server that dies meanwhile must be re-initialised')
      .option('--reset', 'remove the data set that is there first')
      .option('--if-empty', 'leave a finished data set as it is, whatever it was made with')
      .addHelpText('after', HELP),
  async ({ options }, context) => {
    const { json, signal, say } = context
    const plan = await loadPlan(options.plan)
    const years = options.years ?? plan.horizonYears
    if (years > plan.horizonYears) throw beyondHorizon(years, plan.horizonYears)
    const volume = seedVolume(plan, years)
    if (options.sink !== 'mysql') return writeFiles(options, options.sink, volume, context)
    if (options.out) throw outWithoutFiles()
    const wanted = {
      volume,
      seed: options.seed,
      scale: options.scale ?? null,
      timeBudgetSeconds: options.timeBudget,
      fullShards: options.fullShard,
      shards: options.shards ?? ALL_SHARDS,
      reset: options.reset ?? false,
      ifEmpty: options.ifEmpty ?? false,
      dryRun: options.dryRun ?? false,
      redoOff: options.redoOff ?? false,
    }
    const report = await withStores(context, ({ map, ...found }) => {
      const machine = { memoryBytes: memoryBytes(), cores: availableParallelism() }
      return seedServers(wanted, { ...found, ...machine, signal, say, startProgress }, map)
    })
    process.stdout.write(
      json ? `${JSON.stringify({ ...report, dataset: describeDataset(report.dataset) })}\n` : reportText(report),
    )
    return EXIT_CODES.pass
  },
)

async function writeFiles(
  options: Options,
  format: FileFormat,
  volume: SeedVolume,
  { json, signal, say }: CommandContext,
): Promise<ExitCode> {
  const { out: folder, scale, seed, fullShard: fullShards, shards = ALL_SHARDS } = options
  if (!folder || scale === undefined) {
    throw new Refusal({
      what: `--sink ${format} needs to know where and how much`,
      why: [...(folder ? [] : ['--out is missing']), ...(scale === undefined ? ['--scale is missing'] : [])],
      wayOut: `npm run seed -- --sink ${format} --out rows --scale 0.001`,
    })
  }
  const forTables = (['reset', 'ifEmpty', 'redoOff'] as const).filter((name) => options[name])
  if (forTables.length > 0) throw notForFiles(format, forTables)
  const report = await seedFiles(
    { volume, seed, scale, fullShards, shards, format, folder, dryRun: options.dryRun ?? false },
    { freeDiskBytes: freeDiskBytes(existing(resolve(folder))), lockFolder, signal, say, startProgress },
  )
  if (json) process.stdout.write(`${JSON.stringify({ ...report, dataset: describeDataset(report.dataset) })}\n`)
  else if (!options.dryRun)
    process.stdout.write(
      `${report.rowsWritten.toLocaleString('en')} rows written to ${folder} in ${report.seconds.toFixed(1)} s: ${sizeText(report.bytesWritten)}, predicted ${sizeText(report.predictedBytes)}\n`,
    )
  return EXIT_CODES.pass
}

/** The folder itself, or the nearest one above it that is there. */
function existing(folder: string): string {
  return existsSync(folder) ? folder : existing(dirname(folder))
}

function notForFiles(format: FileFormat, names: readonly string[]): Refusal {
  const flags = names.map((name) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`)
  return new Refusal({
    what: `${flags.join(' and ')} ${flags.length === 1 ? 'says' : 'say'} nothing to --sink ${format}`,
    why: ['they are about tables that may hold rows already; files are written anew'],
    wayOut: `Leave ${flags.length === 1 ? 'it' : 'them'} out, or leave --sink out.`,
  })
}

function outWithoutFiles(): Refusal {
  return new Refusal({
    what: '--out names a folder, but the rows go to MySQL',
    why: ['--sink mysql is the default'],
    wayOut: 'Add --sink tsv or --sink ndjson, or leave --out out.',
  })
}

function beyondHorizon(years: number, horizonYears: number): Refusal {
  return new Refusal({
    what: `the plan projects ${horizonYears} years, not ${years}`,
    why: [`--years ${years} lies beyond its horizon`],
    wayOut: 'Ask for fewer years, or raise horizonYears in the plan.',
  })
}

function reportText({ outcome, rowsWritten, seconds, finished, prediction, measured }: SeedReport): string {
  if (outcome !== 'seeded') return ''
  const rate = Math.round(rowsWritten / Math.max(1, seconds)).toLocaleString('en')
  const lines = [`${rowsWritten.toLocaleString('en')} rows written in ${seconds.toFixed(1)} s (${rate}/s)`]
  const compared = (what: string, bytes: number, predictedBytes: number) =>
    lines.push(`  ${what.padEnd(13)} ${sizeText(bytes).padStart(8)}, predicted ${sizeText(predictedBytes)}`)
  if (measured) {
    for (const family of STORED_FAMILIES) compared(family, measured.tableBytes[family], prediction.tableBytes[family])
    if (measured.searchBytes !== null) compared('Elasticsearch', measured.searchBytes, prediction.searchBytes)
  }
  lines.push(
    finished
      ? 'The data set is whole. Prove it: npm run verify'
      : 'Other shards of this data set are still to be seeded.',
  )
  return `${lines.join('\n')}\n`
}
