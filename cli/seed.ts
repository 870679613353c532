// `npm run seed`: fill the tables and the search index with the plan's orders.

import { statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { Option } from 'commander'
import type { Dataset, SeedVolume } from '../contracts/dataset.ts'
import { EXIT_CODES, type ExitCode, Refusal } from '../contracts/refusal.ts'
import { ALL_SHARDS, STORED_FAMILIES } from '../contracts/shard.ts'
import { shardMapOf } from '../contracts/shard-map.ts'
import { findEngines } from '../engines/engines-file.ts'
import { refuseMalformedAddresses } from '../engines/given-addresses.ts'
import { freeDiskBytes, memoryBytes, nearestExisting } from '../engines/machine.ts'
import { linkedHome, STATE } from '../engines/place.ts'
import { readShardMap, SHARDS_VARIABLE } from '../engines/shard-servers.ts'
import { forecastSeed } from '../generators/forecast-seed.ts'
import { type Look, lookAtServers } from '../generators/look-at-stores.ts'
import { sizeText } from '../generators/predict-size.ts'
import { FILE_FORMATS, type FileFormat } from '../generators/rows/row-formats.ts'
import { forecastFiles, seedFiles } from '../generators/seed-files.ts'
import type { SeedReport } from '../generators/seed-options.ts'
import { loadPlan } from '../plan/load-plan.ts'
import { seedVolume } from '../plan/seed-volume.ts'
import { describeDataset } from './describe-dataset.ts'
import { lockFolder } from './lock-folder.ts'
import { sayMysqlAlone } from './mysql-alone.ts'
import { collectShard, parseScale, parseSeconds, parseSeed, parseShardRange, parseYears } from './option-parsers.ts'
import { planOption } from './plan-option.ts'
import { startProgress } from './progress.ts'
import { refuseWhileMoving } from './refuse-while-moving.ts'
import { type CommandContext, runCommand } from './run-command.ts'

const DEFAULT_TIME_BUDGET_SECONDS = 180

const HELP = `
A killed run is continued by the same command; a finished one writes 0 rows.

Examples:
  npm run seed -- --years 3                     at a scale this machine holds
  npm run seed -- --scale 0.01 --dry-run        what a hundredth would take
  npm run seed -- --scale 0.001 --full-shard 7  besides, the tables _07 whole
  npm run seed -- --shards 0-15                 others seed the rest
  npm run seed -- --reset --seed 2              another data set instead
  npm run seed -- --legacy                      the monolith's tables instead`

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
  readonly legacy?: boolean
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
      .addOption(planOption())
      .option('--shards <range>', 'seed these shards only: 0-15', parseShardRange)
      .addOption(new Option('--sink <where>', 'mysql (and Elasticsearch), or files').choices(SINKS).default('mysql'))
      .option('--out <folder>', 'where the files go')
      .option('--dry-run', 'show rows, bytes, time and free disk; no engine is started, nothing is written')
      .option('--redo-off', 'MySQL only: load without redo log; a server that dies meanwhile must be re-initialised')
      .option('--reset', 'remove the data set that is there first')
      .option('--if-empty', 'leave a finished data set as it is, whatever it was made with')
      .option('--legacy', "fill the monolith's tables with these orders, in the old shape, and prove them")
      .addHelpText('after', HELP),
  async ({ options }, context) => {
    const { json, signal, say } = context
    const plan = await loadPlan(options.plan)
    const years = options.years ?? plan.horizonYears
    if (years > plan.horizonYears) throw beyondHorizon(years, plan.horizonYears)
    const volume = seedVolume(plan, years)
    if (options.legacy) return await fillMonolith(options, volume, context)
    if (options.sink !== 'mysql') return writeFiles(options, options.sink, volume, context)
    if (options.out !== undefined) throw outWithoutFiles()
    const wanted = {
      volume,
      seed: options.seed,
      scale: options.scale ?? null,
      timeBudgetSeconds: options.timeBudget,
      fullShards: options.fullShard,
      shards: options.shards ?? ALL_SHARDS,
      reset: options.reset ?? false,
      ifEmpty: options.ifEmpty ?? false,
      redoOff: options.redoOff ?? false,
    }
    if (options.dryRun) {
      refuseMalformedAddresses(process.env)
      sayMysqlAlone(say)
      tell(forecastSeed(wanted, { ...here(), say }, await lookHere()), json)
      return EXIT_CODES.pass
    }
    // Only here: a forecast does without the engines and the clients of the stores, and is told sooner.
    const [{ seedServers }, { withStores }, { phaseOf }] = await Promise.all([
      import('../generators/seed-servers.ts'),
      import('./with-stores.ts'),
      import('./phase-of.ts'),
    ])
    const report = await withStores(context, async ({ map, ...found }) => {
      refuseWhileMoving('seed', await phaseOf(map))
      const machine = { memoryBytes: memoryBytes(), cores: availableParallelism() }
      return await seedServers(wanted, { ...found, ...machine, signal, say, startProgress }, map)
    })
    process.stdout.write(
      json ? `${JSON.stringify({ ...report, dataset: describeDataset(report.dataset) })}\n` : reportText(report),
    )
    return EXIT_CODES.pass
  },
)

/** Only here: the rest does without it. */
async function fillMonolith(options: Options, volume: SeedVolume, context: CommandContext): Promise<ExitCode> {
  const { fullShard, shards, sink, out, redoOff, ...wanted } = options
  const elsewhere = [
    ...(fullShard.length > 0 ? ['--full-shard'] : []),
    ...(shards ? ['--shards'] : []),
    ...(sink === 'mysql' ? [] : ['--sink']),
    ...(out === undefined ? [] : ['--out']),
    ...(redoOff ? ['--redo-off'] : []),
  ]
  const { seedMonolith } = await import('./seed-legacy.ts')
  return await seedMonolith({ ...wanted, elsewhere }, volume, context)
}

async function writeFiles(
  options: Options,
  format: FileFormat,
  volume: SeedVolume,
  { json, signal, say }: CommandContext,
): Promise<ExitCode> {
  const { out: folder, scale, seed, fullShard: fullShards, shards = ALL_SHARDS } = options
  const missing = [
    ...(folder || options.dryRun ? [] : ['--out is missing']),
    ...(scale === undefined ? ['--scale is missing'] : []),
  ]
  if (missing.length > 0 || scale === undefined) throw whereAndHowMuch(format, missing)
  const forTables = (['reset', 'ifEmpty', 'redoOff'] as const).filter((name) => options[name])
  if (forTables.length > 0) throw notForFiles(format, forTables)
  const place = nearestExisting(resolve(folder ?? '.'))
  if (!statSync(place).isDirectory()) throw outIsFile(place)
  const choice = { volume, seed, scale, fullShards, shards, format }
  const disk = { freeDiskBytes: freeDiskBytes(place), say }
  if (options.dryRun || !folder) {
    tell(await forecastFiles({ ...choice, folder: folder ?? null }, disk), json)
    return EXIT_CODES.pass
  }
  const report = await seedFiles({ ...choice, folder }, { ...disk, lockFolder, signal, startProgress })
  if (json) process.stdout.write(`${JSON.stringify({ ...report, dataset: describeDataset(report.dataset) })}\n`)
  else
    process.stdout.write(
      `${report.rowsWritten.toLocaleString('en')} rows written to ${folder} in ${report.seconds.toFixed(1)} s: ${sizeText(report.bytesWritten)}, predicted ${sizeText(report.predictedBytes)}\n`,
    )
  return EXIT_CODES.pass
}

/** A forecast's lines for people are said already. */
function tell(forecast: { readonly dataset: Dataset }, json: boolean): void {
  if (json) process.stdout.write(`${JSON.stringify({ ...forecast, dataset: describeDataset(forecast.dataset) })}\n`)
}

/** What this machine has, without making the engines' folder first. */
function here() {
  return { memoryBytes: memoryBytes(), freeDiskBytes: freeDiskBytes(nearestExisting(linkedHome(STATE) ?? STATE)) }
}

/** At the database a run would fill, if it runs. */
async function lookHere(): Promise<Look> {
  const url = process.env.HEADROOM_MYSQL_URL
  if (url) {
    const look = await lookAtServers(readShardMap({ url }, process.env[SHARDS_VARIABLE]))
    return look.kind === 'not-looked' ? { ...look, why: `HEADROOM_MYSQL_URL: ${look.why}` } : look
  }
  const engines = findEngines(STATE)
  if (!engines) return { kind: 'not-looked', why: 'no engines run (npm run up starts them)' }
  return await lookAtServers(shardMapOf(engines))
}

function whereAndHowMuch(format: FileFormat, missing: readonly string[]): Refusal {
  return new Refusal({
    what: `--sink ${format} needs to know where and how much`,
    why: missing,
    wayOut: 'For example:',
    command: `npm run seed -- --sink ${format} --out rows --scale 0.001`,
  })
}

function outIsFile(path: string): Refusal {
  return new Refusal({
    what: `${path} is a file, and --out names a folder`,
    why: ['the rows go into one file per table'],
    wayOut: 'Name a folder, new or empty.',
  })
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
