// `npm run load`: offer a flow at rising or steady rates, judge every step, draw the report.

import { existsSync } from 'node:fs'
import { isAbsolute, join, relative, resolve } from 'node:path'
import { Argument, InvalidArgumentError, Option } from 'commander'
import type { EngineProgram, Engines } from '../contracts/engines.ts'
import { LOAD_FLOWS, type LoadFlow, PROFILES, type Profile } from '../contracts/measurement.ts'
import type { ResolvedPlan } from '../contracts/plan.ts'
import { EXIT_CODE_OF, type ExitCode, Refusal } from '../contracts/refusal.ts'
import { RUN_FILES, runId } from '../contracts/run-folder.ts'
import { openCredentials } from '../engines/credentials.ts'
import { findEngines } from '../engines/engines-file.ts'
import { engineProgram } from '../engines/find-engine-program.ts'
import { k6 } from '../engines/k6.ts'
import { CHECKOUT, openPlace } from '../engines/place.ts'
import { runLoad } from '../measurements/run-load.ts'
import { stepLine, stepReasons, verdictLines } from '../measurements/step-lines.ts'
import { askIdentity, type Target } from '../measurements/target.ts'
import { brokenEvidence, judgeLoad, withReport } from '../measurements/verdict.ts'
import { loadPlan } from '../plan/load-plan.ts'
import { resolvePlan } from '../plan/resolve-plan.ts'
import { writeReport } from '../reports/write-report.ts'
import { allowedBaseUrl, targetAt } from './load-target.ts'
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
  knee      rising rates until the targets are missed, then the bracket is
            halved; --rate: the first of them
  smoke     one low rate, ten seconds: does everything work? --rate: that rate
  hold      one rate, three times; --rate: default the ordinary day's
  peak-day  the busiest day hour by hour, and its busiest second; --rate: of
            that second
  spike     ordinary, spike, ordinary again: does it recover? --rate: the spike
  soak      15 minutes of one rate, a step a minute; --rate: default the
            ordinary day's

Without --target the order system of this checkout is loaded; it and its engines
are started when they do not run. Exit code: 0 the targets are met (knee: up to
the plan's busiest second), 99 they are not, 3 the evidence carries no claim.

Examples:
  npm run load checkout
  npm run load mix -- --profile hold --rate 200 --duration 30s
  npm run load checkout -- --target http://127.0.0.1:8080
The last one is docker compose; the secret of any other target goes into
HEADROOM_JWT_SECRET or a file named by HEADROOM_JWT_SECRET_FILE.
Plain k6 runs the same scenarios: docs/load.md.`

interface Options {
  readonly profile: Profile
  readonly rate?: number
  readonly duration?: number
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
      .addArgument(new Argument('<flow>', 'what users do').choices(LOAD_FLOWS))
      .addOption(new Option('--profile <name>', 'which rates, how long').choices(PROFILES).default('knee'))
      .option('--rate <n>', 'requests per second; what it means depends on the profile', parseRate)
      .option('--duration <time>', 'of one step, of all of a soak: 20s, 5m', parseDuration)
      .option('--target <url>', 'another gateway than that of this checkout')
      .option('--target-owner-confirm <host>', 'host:port of a target elsewhere, by someone who may load it')
      .option('--run <folder>', 'where the evidence goes (default: a new folder below runs/)')
      .addOption(planOption())
      .addHelpText('after', HELP),
  async ({ options, positionals: [flow], words }, context) => {
    const baseUrl = options.target === undefined ? null : allowedBaseUrl({ ...options, target: options.target })
    const plan = resolvePlan(await loadPlan(options.plan))
    const runDir = newRunFolder(options.run, flow as LoadFlow)
    if (isUntracked(runDir)) context.say(`${runDir} lies in the checkout but outside runs/: git will list it`)
    const load = (where: Where) => loadAndReport(flow as LoadFlow, { ...options, words }, plan, runDir, where, context)
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

async function loadAndReport(
  flow: LoadFlow,
  { profile, rate, duration, words }: Options & { readonly words: readonly string[] },
  plan: ResolvedPlan,
  runDir: string,
  where: Where,
  { signal, say, json }: CommandContext,
): Promise<ExitCode> {
  await refuseWithoutData(where.target)
  const measurements = await runLoad({
    flows: [flow],
    profile,
    ...(rate === undefined ? {} : { ratePerSecond: rate }),
    ...(duration === undefined ? {} : { durationSeconds: duration }),
    ...where,
    plan,
    runDir,
    command: typedCommand('load', words),
    signal,
    say,
    onStep: (step) => {
      say(stepLine(step, plan))
      for (const reason of stepReasons(step)) say(reason)
    },
  })
  signal.throwIfAborted()
  const { capacity, reportPath } = await writeReport(runDir)
  const judged = withReport(judgeLoad(measurements, plan, [flow]), capacity)
  for (const line of verdictLines(judged, measurements)) say(line)
  for (const { id, why } of brokenEvidence(capacity)) say(`  ${id}: ${why}`)
  // The report asks more than most profiles do: a smoke says nothing about the peak, and is no less passed for that.
  if (capacity.verdict !== judged.verdict) {
    const more = capacity.claims.filter(({ verdict }) => verdict === capacity.verdict).map(({ id }) => id)
    say(`The report, which asks more than this load, is ${capacity.verdict}: ${more.join(', ')}`)
  }
  say(`Report: ${reportPath}`)
  if (json) process.stdout.write(`${JSON.stringify({ runDir, reportPath, ...judged, measurements })}\n`)
  return EXIT_CODE_OF[judged.verdict]
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

function newRunFolder(given: string | undefined, flow: LoadFlow): string {
  const runDir = given === undefined ? join(CHECKOUT, 'runs', runId(new Date(), flow)) : resolve(given)
  if (!existsSync(join(runDir, RUN_FILES.measurements))) return runDir
  throw new Refusal({
    what: `${runDir} holds a run already`,
    why: ['its evidence would be overwritten'],
    wayOut: 'Name another folder, or leave --run away.',
  })
}

/** Git ignores runs/ alone. */
function isUntracked(runDir: string): boolean {
  const path = relative(CHECKOUT, runDir)
  return !isAbsolute(path) && !path.startsWith('..') && !/^(runs|\.headroom)(\/|$)/.test(path)
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
