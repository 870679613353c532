// `npm run load`: offer a flow at rising or steady rates, judge every step, draw the report.

import { Argument, Option } from 'commander'
import type { EngineProgram, Engines } from '../contracts/engines.ts'
import { PROFILES, type Profile } from '../contracts/measurement.ts'
import { LEGACY_FLOW, type ResolvedPlan } from '../contracts/plan.ts'
import { EXIT_CODES, type ExitCode, Refusal } from '../contracts/refusal.ts'
import type { Protection } from '../contracts/request-protection.ts'
import { OPEN_ARRIVALS, type OpenArrivals } from '../contracts/schedule.ts'
import type { Share } from '../contracts/share.ts'
import { hasMonolith } from '../contracts/sut-endpoint.ts'
import { openCredentials } from '../engines/credentials.ts'
import { findEngines } from '../engines/engines-file.ts'
import { engineProgram } from '../engines/find-engine-program.ts'
import { refuseMalformedAddresses } from '../engines/given-addresses.ts'
import { k6 } from '../engines/k6.ts'
import { openPlace, STATE } from '../engines/place.ts'
import { targetsOf } from '../measurements/cut-step.ts'
import type { GeneratorPlan } from '../measurements/drive.ts'
import type { K6Extras } from '../measurements/k6-extras.ts'
import { LOAD_NAMES } from '../measurements/load.ts'
import { migrationPosition } from '../measurements/migration-position.ts'
import { type OwnFlow, scriptHash } from '../measurements/own-flow.ts'
import { runLoad } from '../measurements/run-load.ts'
import { lostOrderLines, stepLine, stepReasons } from '../measurements/step-lines.ts'
import { askIdentity, type Target } from '../measurements/target.ts'
import { loadPlan } from '../plan/load-plan.ts'
import { resolvePlan } from '../plan/resolve-plan.ts'
import { type AllowedTarget, allowedTarget } from './allowed-target.ts'
import { dryRunFields, dryRunLines } from './dry-run.ts'
import { finishLoad } from './finish-load.ts'
import { monolithAt, planWithMonolith } from './legacy-load.ts'
import { withoutMonolith } from './legacy-option.ts'
import { collectOutput, collectTag, type ExtraOptions, k6Extras, parseDashboard } from './load-extras.ts'
import { loadProgress, sayAbove } from './load-progress.ts'
import { type ProtectionOptions, protectedTarget, protectionOf, refuseOtherDemands } from './load-protection.ts'
import { generatorPlan, parseGeneratorShare, parseGenerators, parseStartAt, runLabel, shareEnd } from './load-share.ts'
import { targetAt } from './load-target.ts'
import { isUntracked, newRunFolder } from './new-run-folder.ts'
import { noOrders } from './no-orders.ts'
import { parseDuration, parseErrorRate, parseMilliseconds, parseRate, parseSeconds } from './option-parsers.ts'
import { isScriptPath, ownLoad, planWithFlow, scriptAt } from './own-script.ts'
import { readySut } from './own-sut.ts'
import { planOption } from './plan-option.ts'
import { refuseAboveCeiling } from './rate-ceiling.ts'
import { refuseMissingRates } from './refuse-missing-rates.ts'
import { refuseLoadWhileMoving } from './refuse-while-moving.ts'
import { type CommandContext, runCommand } from './run-command.ts'
import { typedCommand } from './typed-command.ts'
import { withEngines } from './with-engines.ts'
import { withSut } from './with-sut.ts'

const HELP = `
Flows: list, detail, checkout, search, or mix (all, as often as the plan says,
and pay and cancel of the orders it places); legacy, the old interfaces of the
monolith, which npm run seed -- --legacy fills; or the path of a k6 script of
your own, any with a default export: ./my-flow.ts. Targets of the last two are
--p99 and --error-rate; a script's may stand in the plan below flows:.

Profiles, and what --rate is to them:
  knee      the operating point: what is asked for is held, probes locate the
            highest rate that meets the targets, longer holds confirm it, within
            --load-seconds; --rate: what is asked, default the ordinary day's
  smoke     one low rate, 15 seconds: was each of some 600 requests answered
            rightly? Proves no error rate and no p99; --rate: that rate
  hold      one rate until every flow of it can be judged; --rate: default the
            ordinary day's
  peak-day  the busiest day, compressed, and its busiest second; --rate: of that
            second
  spike     ordinary, spike, ordinary again: how soon is it back? --rate: the
            spike; the plan must know both rates
  soak      15 minutes of one rate: are the targets met, does anything grow?
            --rate: default the ordinary day's

With --generators several processes of k6 on this machine offer the load, each
its share of the same requests. --generator 2/4 --start-at TIME offers the
second of four shares, the others come from other machines; npm run merge joins
the runs. --out, --tag and --dashboard are k6's own: they cost it CPU and disk
(2.5 kB of JSON a request), and no verdict rests on them.

Without --target the order system of this checkout is loaded; it and its engines
are started when they do not run. A target on another machine needs its exact
host in --target-owner-confirm, and its owner's consent: docs/load.md. It gets
100 requests a second at most unless --max-rate says more.

Exit code: 0 what the profile asks is met, 99 it is not or an acknowledged order
is lost, 3 the evidence carries no claim.

Examples:
  npm run load -- checkout
  npm run load -- mix --profile hold --rate 200 --duration 30s
  npm run load -- list --profile hold --generators 2
  npm run load -- checkout --profile hold --encrypted
  npm run load -- checkout --target http://127.0.0.1:8080
  npm run load -- ./my-flow.ts --target http://127.0.0.1:18099 --p99 100ms
The last but one is docker compose; the secret of any other order system goes
into HEADROOM_JWT_SECRET or a file named by HEADROOM_JWT_SECRET_FILE. The last
one needs nothing but a server: docs/how-do-i-load-my-own-system.md.
Plain k6 runs the same scenarios: docs/load.md.`

interface Options extends ExtraOptions, ProtectionOptions {
  readonly profile: Profile
  readonly rate?: number
  readonly duration?: number
  readonly loadSeconds: number
  readonly arrivals: OpenArrivals
  readonly generator?: Share
  readonly startAt?: Date
  readonly target?: string
  readonly targetOwnerConfirm?: string
  readonly targetAddress?: string
  readonly challenge: boolean | string
  readonly maxRate?: number
  readonly dryRun?: true
  readonly p99?: number
  readonly errorRate?: number
  readonly run?: string
  readonly plan: string
}

await runCommand<Options>(
  'load',
  (program) =>
    program
      .description('Load one flow, judge every step, and draw the report.')
      .addArgument(flowArgument())
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
      .option('--p99 <time>', "p99 that a script or legacy must keep: 100ms; default: the plan's", parseMilliseconds)
      .option(
        '--error-rate <share>',
        "of a script's requests that may fail; default: the plan's, else 0.001",
        parseErrorRate,
      )
      .option('--target <url>', 'another server than that of this checkout')
      .option('--target-owner-confirm <host>', 'host:port of a target elsewhere, by someone who may load it')
      .option('--target-address <ip>', 'of a target whose name has several: the one to load')
      .option('--no-challenge [host]', 'do not ask the owner of a target elsewhere; names it once more')
      .option('--signed', 'as apps that sign their requests; what that costs is told apart')
      .option('--encrypted', 'the same, and bodies are sealed')
      .option('--max-rate <n>', 'requests per second at most; elsewhere 100 unless you say more', parseRate)
      .option('--dry-run', 'say what would be sent where; send nothing')
      .option('--run <folder>', 'where the evidence goes (default: a new folder below runs/)')
      .addOption(planOption())
      .addHelpText('after', HELP),
  async ({ options, positionals: [word], words }, context) => {
    const own = isScriptPath(String(word)) ? scriptAt(String(word)) : null
    const flow = own?.name ?? String(word)
    const protection = protectionOf(flow, own !== null, options)
    const isLegacy = flow === LEGACY_FLOW
    if (own === null && !isLegacy) refuseOwnTargets(flow, options)
    const allowed = options.target === undefined ? null : await allowedTarget({ ...options, target: options.target })
    refuseAboveCeiling({ ...options, generators: options.generator?.of ?? options.generators }, allowed)
    const planned = resolvePlan(await loadPlan(options.plan))
    const plan = isLegacy
      ? planWithMonolith(planned, options)
      : own === null
        ? planned
        : planWithFlow(planned, own, options)
    refuseMissingRates(flow, options, plan)
    if (options.dryRun) return dryRun({ flow, own, target: allowed, plan, options }, context)
    const targets = targetsOf(plan)[flow] ?? null
    const hash = own !== null && options.generator !== undefined ? await scriptHash(own) : null
    const shared = { flow, planHash: plan.planHash, targets, scriptHash: hash, protection }
    const generators = generatorPlan(shared, options)
    const extras = k6Extras(options, process.env)
    const runDir = newRunFolder(options.run, runLabel(flow, generators))
    if (isUntracked(runDir)) context.say(`${runDir} lies in the checkout but outside runs/: git will list it`)
    const load = (where: Where) =>
      loadAndReport({ flow, own, plan, runDir, where }, { ...options, words, generators, extras, protection }, context)
    if (allowed !== null) return await load(await givenTarget(allowed, own, context))
    const running = await ownTarget(isLegacy, protection)
    if (running !== undefined) return await load(running)
    return await withEngines(context, (engines) =>
      withSut(engines, { topology: 'one-process', legacy: isLegacy, protection }, context, (target) =>
        load({ target, engines, k6: engines.k6 }),
      ),
    )
  },
)

interface Asked {
  readonly flow: string
  readonly own: OwnFlow | null
  readonly plan: ResolvedPlan
  readonly runDir: string
  readonly where: Where
}

interface Where {
  readonly target: Target
  readonly engines: Engines | null
  readonly k6: EngineProgram
}

interface LoadOptions extends Omit<Options, 'generators'> {
  readonly words: readonly string[]
  readonly generators: GeneratorPlan
  readonly extras: K6Extras
  readonly protection: Protection
}

async function loadAndReport(
  { flow, own, plan, runDir, where }: Asked,
  options: LoadOptions,
  { signal, say, json }: CommandContext,
): Promise<ExitCode> {
  const { profile, rate, duration, loadSeconds, arrivals, generators, extras, protection, words } = options
  const isLegacy = flow === LEGACY_FLOW
  const asked = protectedTarget(where.target, protection, process.env)
  const target = isLegacy ? monolithAt(asked) : asked
  if (own === null) await refuseWithoutData(target, isLegacy)
  // A database that does not answer is a finding of the load, and not a refusal.
  const position = where.engines && (await migrationPosition(where.engines.mysql).catch(() => null))
  if (own === null) refuseLoadWhileMoving(flow, position)
  const script = own === null ? {} : { own: await ownLoad(own, runDir, where.k6, say) }
  const progress = loadProgress()
  const measurements = await runLoad({
    loads: [flow],
    ...script,
    profile,
    arrivals,
    generators,
    extras,
    protection,
    budgetSeconds: loadSeconds,
    ...(rate === undefined ? {} : { ratePerSecond: rate }),
    ...(duration === undefined ? {} : { durationSeconds: duration }),
    ...where,
    target,
    ...(isLegacy && where.engines ? { legacyMysql: where.engines.legacyMysql } : {}),
    plan,
    runDir,
    command: typedCommand('load', words),
    signal,
    say: sayAbove(progress, say),
    onStep: (step) => [stepLine(step), ...stepReasons(step)].forEach(sayAbove(progress, say)),
    onLive: progress.show,
  })
  progress.clear()
  // The exit code will say that it was interrupted; what is lost is lost all the same.
  if (signal.aborted) lostOrderLines(measurements).forEach(say)
  signal.throwIfAborted()
  if (generators.joint !== null) return shareEnd(measurements, runDir, { say, json })
  return await finishLoad(measurements, runDir, { say, json })
}

async function givenTarget(
  allowed: AllowedTarget,
  own: OwnFlow | null,
  { signal, say }: CommandContext,
): Promise<Where> {
  const target = await targetAt(allowed, own !== null, STATE, process.env)
  const engines = target.processes.length > 0 ? (findEngines(STATE) ?? null) : null
  if (engines !== null) return { target, engines, k6: engines.k6 }
  const place = openPlace()
  const context = { place, env: process.env, signal, size: 'load', credentials: openCredentials(place), say } as const
  return { target, engines, k6: await engineProgram(k6, context) }
}

/** The order system of this checkout, when it is up already. */
async function ownTarget(isLegacy: boolean, protection: Protection): Promise<Where | undefined> {
  const target = await readySut()
  if (target && isLegacy && !hasMonolith(target)) throw withoutMonolith(target)
  if (target) refuseOtherDemands(protection, target)
  const engines = findEngines(STATE)
  return target && engines ? { target, engines, k6: engines.k6 } : undefined
}

/** A dead target is a finding, and runLoad's to record; a live one without data is a mistake. */
async function refuseWithoutData(target: Target, isLegacy: boolean): Promise<void> {
  const identity = await askIdentity(target).catch(() => undefined)
  if (identity === undefined || identity.dataset !== null) return
  throw noOrders(target.baseUrl, isLegacy ? 'npm run seed -- --legacy' : undefined)
}

function dryRun(
  { flow, own, target, plan, options }: Omit<Asked, 'runDir' | 'where'> & DryRunOf,
  { json, say }: CommandContext,
): ExitCode {
  if (target === null) refuseMalformedAddresses(process.env)
  const targets = targetsOf(plan)[flow] ?? null
  const { profile, rate = null } = options
  const fields = dryRunFields({ flow, own, target, profile, ratePerSecond: rate, targets })
  if (json) process.stdout.write(`${JSON.stringify({ dryRun: fields })}\n`)
  else for (const line of dryRunLines(fields)) say(line)
  return EXIT_CODES.pass
}

interface DryRunOf {
  readonly target: AllowedTarget | null
  readonly options: Options
}

/** The targets of the order system's flows are the plan's, which a reviewer can argue with. */
function refuseOwnTargets(flow: string, { p99, errorRate }: Options): void {
  if (p99 === undefined && errorRate === undefined) return
  throw new Refusal({
    what: `the targets of ${flow} stand in the plan`,
    why: ['--p99 and --error-rate are for a script of your own'],
    wayOut: 'Change plan.yaml, or a copy of it that --plan names.',
  })
}

/** One of our flows, or the path of a script. */
function flowArgument(): Argument {
  const argument = new Argument('<flow>', 'what users do, or the path of a k6 script of yours').choices([
    ...LOAD_NAMES,
    LEGACY_FLOW,
  ])
  const parseName = argument.parseArg as (word: string, before: unknown) => unknown
  argument.parseArg = ((word: string, before: unknown) =>
    word !== undefined && isScriptPath(word) ? word : parseName(word, before)) as typeof argument.parseArg
  return argument
}
