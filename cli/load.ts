// `npm run load`: offer a flow at rising or steady rates, judge every step, draw the report.

import { join } from 'node:path'
import { Argument, InvalidArgumentError, Option } from 'commander'
import type { EngineProgram, Engines } from '../contracts/engines.ts'
import { PROFILES, type Profile } from '../contracts/measurement.ts'
import type { ResolvedPlan } from '../contracts/plan.ts'
import { type ExitCode, Refusal } from '../contracts/refusal.ts'
import { OPEN_ARRIVALS, type OpenArrivals } from '../contracts/schedule.ts'
import type { Share } from '../contracts/share.ts'
import { openCredentials } from '../engines/credentials.ts'
import { findEngines } from '../engines/engines-file.ts'
import { engineProgram } from '../engines/find-engine-program.ts'
import { k6 } from '../engines/k6.ts'
import { CHECKOUT, openPlace } from '../engines/place.ts'
import type { GeneratorPlan } from '../measurements/drive.ts'
import type { K6Extras } from '../measurements/k6-extras.ts'
import { LOAD_NAMES } from '../measurements/load.ts'
import { runLoad } from '../measurements/run-load.ts'
import { stepLine, stepReasons } from '../measurements/step-lines.ts'
import { askIdentity, type Target } from '../measurements/target.ts'
import { loadPlan } from '../plan/load-plan.ts'
import { resolvePlan } from '../plan/resolve-plan.ts'
import { finishLoad } from './finish-load.ts'
import { collectOutput, collectTag, type ExtraOptions, k6Extras, parseDashboard } from './load-extras.ts'
import { loadProgress, sayAbove } from './load-progress.ts'
import { generatorPlan, parseGeneratorShare, parseGenerators, parseStartAt, runLabel, shareEnd } from './load-share.ts'
import { allowedBaseUrl, targetAt } from './load-target.ts'
import { isUntracked, newRunFolder } from './new-run-folder.ts'
import { parseSeconds } from './option-parsers.ts'
import { readySut } from './own-sut.ts'
import { planOption } from './plan-option.ts'
import { type CommandContext, runCommand } from './run-command.ts'
import { typedCommand } from './typed-command.ts'
import { withEngines } from './with-engines.ts'
import { withSut } from './with-sut.ts'

const STATE = join(CHECKOUT, '.headroom')
const HIGHEST_RATE = 100_000

const HELP = `
Flows: list, detail, checkout, search, or mix (all, as often as the plan says).

Profiles, and what --rate is to them:
  knee      the operating point: what is asked for is held, probes locate the
            highest rate that meets the targets, longer holds confirm it, within
            --load-seconds; --rate: what is asked, default the ordinary day's
  smoke     one low rate, 15 seconds: does everything work? --rate: that rate
  hold      one rate until every flow of it can be judged; --rate: default the
            ordinary day's
  peak-day  the busiest day, compressed, and its busiest second; --rate: of that
            second
  spike     ordinary, spike, ordinary again: how soon is it back? --rate: the
            spike
  soak      15 minutes of one rate: does anything grow? --rate: default the
            ordinary day's

With --generators several processes of k6 on this machine offer the load, each
its share of the same requests. --generator 2/4 --start-at TIME offers the
second of four shares, the others come from other machines; npm run merge joins
the runs. --out, --tag and --dashboard are k6's own: they cost it CPU and disk
(2.5 kB of JSON a request), and no verdict rests on them.

Without --target the order system of this checkout is loaded; it and its engines
are started when they do not run. Exit code: 0 what the profile asks is met, 99
it is not or an acknowledged order is lost, 3 the evidence carries no claim.

Examples:
  npm run load -- checkout
  npm run load -- mix --profile hold --rate 200 --duration 30s
  npm run load -- list --profile hold --generators 2
  npm run load -- checkout --target http://127.0.0.1:8080
The last one is docker compose; the secret of any other target goes into
HEADROOM_JWT_SECRET or a file named by HEADROOM_JWT_SECRET_FILE.
Plain k6 runs the same scenarios: docs/load.md.`

interface Options extends ExtraOptions {
  readonly profile: Profile
  readonly rate?: number
  readonly duration?: number
  readonly loadSeconds: number
  readonly arrivals: OpenArrivals
  readonly generator?: Share
  readonly startAt?: Date
  readonly target?: string
  readonly targetOwnerConfirm?: string
  readonly run?: string
  readonly plan: string
}

await runCommand<Options>(
  'load',
  (program) =>
    program
      .description('Load one flow, judge every step, and draw the report.')
      .addArgument(new Argument('<flow>', 'what users do').choices(LOAD_NAMES))
      .addOption(new Option('--profile <name>', 'which rates, how long').choices(PROFILES).default('knee'))
      .option('--rate <n>', 'requests per second; what it means depends on the profile', parseRate)
      .option('--duration <time>', 'of the hold, the spike, an hour of the day, the whole soak: 20s, 5m', parseDuration)
      .option('--load-seconds <n>', 'how long the search for the operating point may take', parseSeconds, 210)
      .addOption(
        new Option('--arrivals <how>', 'how requests arrive; evenly spaced ones flatter')
          .choices(OPEN_ARRIVALS)
          .default('poisson'),
      )
      .option('--generators <n>', 'processes of k6 on this machine that offer the load together', parseGenerators, 1)
      .option(
        '--generator <n/of>',
        'offer only this share, the rest comes from other machines: 2/4',
        parseGeneratorShare,
      )
      .option('--start-at <time>', 'when all generators begin, with zone: 2026-11-25T22:00:00Z', parseStartAt)
      .option(
        '--out <output>',
        "k6's own samples as well: json=FILE, csv=FILE, influxdb=URL, opentelemetry …",
        collectOutput,
        [],
      )
      .option('--tag <name=value>', "on k6's own samples", collectTag, [])
      .option('--dashboard [host:port]', "k6's web dashboard while the load runs (127.0.0.1:5665)", parseDashboard)
      .option('--target <url>', 'another gateway than that of this checkout')
      .option('--target-owner-confirm <host>', 'host:port of a target elsewhere, by someone who may load it')
      .option('--run <folder>', 'where the evidence goes (default: a new folder below runs/)')
      .addOption(planOption())
      .addHelpText('after', HELP),
  async ({ options, positionals: [flow], words }, context) => {
    const baseUrl = options.target === undefined ? null : allowedBaseUrl({ ...options, target: options.target })
    const plan = resolvePlan(await loadPlan(options.plan))
    const generators = generatorPlan(String(flow), options, plan)
    const extras = k6Extras(options, process.env)
    const runDir = newRunFolder(options.run, runLabel(String(flow), generators))
    if (isUntracked(runDir)) context.say(`${runDir} lies in the checkout but outside runs/: git will list it`)
    const load = (where: Where) =>
      loadAndReport(String(flow), { ...options, words, generators, extras }, plan, runDir, where, context)
    if (baseUrl !== null) return await load(await givenTarget(baseUrl, context))
    const own = await ownTarget()
    if (own !== undefined) return await load(own)
    return await withEngines(context, (engines) =>
      withSut(engines, 'one-process', context, (target) => load({ target, engines, k6: engines.k6 })),
    )
  },
)

interface Where {
  readonly target: Target
  readonly engines: Engines | null
  readonly k6: EngineProgram
}

interface LoadOptions extends Omit<Options, 'generators'> {
  readonly words: readonly string[]
  readonly generators: GeneratorPlan
  readonly extras: K6Extras
}

async function loadAndReport(
  flow: string,
  options: LoadOptions,
  plan: ResolvedPlan,
  runDir: string,
  where: Where,
  { signal, say, json }: CommandContext,
): Promise<ExitCode> {
  const { profile, rate, duration, loadSeconds, arrivals, generators, extras, words } = options
  await refuseWithoutData(where.target)
  const progress = loadProgress()
  const measurements = await runLoad({
    loads: [flow],
    profile,
    arrivals,
    generators,
    extras,
    budgetSeconds: loadSeconds,
    ...(rate === undefined ? {} : { ratePerSecond: rate }),
    ...(duration === undefined ? {} : { durationSeconds: duration }),
    ...where,
    plan,
    runDir,
    command: typedCommand('load', words),
    signal,
    say: sayAbove(progress, say),
    onStep: (step) => [stepLine(step), ...stepReasons(step)].forEach(sayAbove(progress, say)),
    onLive: progress.show,
  })
  progress.clear()
  signal.throwIfAborted()
  if (generators.joint !== null) return shareEnd(measurements, runDir, { say, json })
  return await finishLoad(measurements, runDir, { say, json })
}

async function givenTarget(baseUrl: string, { signal, say }: CommandContext): Promise<Where> {
  // Without an answer there is nothing to sign for: a dead target is INVALID, whatever else is missing.
  const target = (await answers(baseUrl))
    ? targetAt(baseUrl, STATE, process.env)
    : { baseUrl, jwtSecret: '', processes: [] }
  const engines = target.processes.length > 0 ? (findEngines(STATE) ?? null) : null
  if (engines !== null) return { target, engines, k6: engines.k6 }
  const place = openPlace()
  const context = { place, env: process.env, signal, size: 'load', credentials: openCredentials(place), say } as const
  return { target, engines, k6: await engineProgram(k6, context) }
}

/** The order system of this checkout, when it is up already. */
async function ownTarget(): Promise<Where | undefined> {
  const target = await readySut()
  const engines = findEngines(STATE)
  return target && engines ? { target, engines, k6: engines.k6 } : undefined
}

function answers(baseUrl: string): Promise<boolean> {
  return askIdentity(baseUrl).then(
    () => true,
    () => false,
  )
}

/** A dead target is a finding, and runLoad's to record; a live one without data is a mistake. */
async function refuseWithoutData({ baseUrl }: Target): Promise<void> {
  const identity = await askIdentity(baseUrl).catch(() => undefined)
  if (identity === undefined || identity.dataset !== null) return
  throw new Refusal({
    what: 'there are no orders to load with',
    why: [`${baseUrl} says its tables were never seeded, or not to the end`],
    wayOut: 'Fill them first:',
    command: 'npm run seed -- --years 3',
  })
}

function parseRate(text: string): number {
  const rate = Number(text)
  if (text.trim() !== '' && rate >= 0.1 && rate <= HIGHEST_RATE) return rate
  throw new InvalidArgumentError(`a rate is a number of requests per second, 0.1 to ${HIGHEST_RATE}`)
}

/** `20`, `20s`, `5m`, `1h30m` → seconds. */
function parseDuration(text: string): number {
  const parts = /^(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9]+)s?)?$/.exec(text)
  const [hours, minutes, rest] = (parts ?? []).slice(1).map((part) => Number(part ?? 0))
  const seconds = (hours ?? 0) * 3600 + (minutes ?? 0) * 60 + (rest ?? 0)
  if (seconds >= 2 && seconds <= 86_400) return seconds
  throw new InvalidArgumentError('a duration is 2 s to a day: 20s, 5m, 1h30m')
}
