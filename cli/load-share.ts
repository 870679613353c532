// The options that split a load over several generators, here or on several machines.

import { createHash } from 'node:crypto'
import { InvalidArgumentError } from 'commander'
import type { Measurements, Profile } from '../contracts/measurement.ts'
import type { FlowTarget, ResolvedPlan } from '../contracts/plan.ts'
import { EXIT_CODES, type ExitCode, Refusal } from '../contracts/refusal.ts'
import type { Protection } from '../contracts/request-protection.ts'
import { allShares, MOST_GENERATORS, parseShare, type Share } from '../contracts/share.ts'
import type { GeneratorPlan } from '../measurements/drive.ts'
import { isHopeless } from '../measurements/load-run.ts'
import type { CommandContext } from './run-command.ts'
import { typedCommand } from './typed-command.ts'

/** The target is asked, caches are warmed, k6 is begun: before the first request a busy machine needs so long. */
const LEAST_LEAD_SECONDS = 45
const MOST_LEAD_SECONDS = 86_400

export interface ShareOptions {
  readonly profile: Profile
  readonly arrivals: string
  readonly rate?: number
  readonly duration?: number
  readonly generators: number
  readonly generator?: Share
  readonly startAt?: Date
}

/** What is offered and asked, beside the words that say how. */
export interface SharedLoad extends Pick<ResolvedPlan, 'planHash'> {
  readonly flow: string
  /** Those of a script may stand on the command line alone; null: the plan's, flow by flow. */
  readonly targets: FlowTarget | null
  /** null: a flow of ours. */
  readonly scriptHash: string | null
  readonly protection: Protection
}

/** Who offers the load. Throws a Refusal for what cannot be split like that. */
export function generatorPlan(load: SharedLoad, options: ShareOptions, nowMs = Date.now()): GeneratorPlan {
  const { generators, generator, startAt } = options
  if (generator === undefined && startAt === undefined) return { shares: allShares(generators), joint: null }
  const why = reasonsAgainst(options, nowMs)
  if (generator === undefined || startAt === undefined || why.length > 0) {
    throw new Refusal({
      what: 'a share of a load cannot be offered like that',
      why,
      wayOut: 'Type the same words on every machine, and a --generator of its own on each:',
      command: typedCommand('load', [load.flow, ...EXAMPLE, exampleStart(nowMs)]),
    })
  }
  const joint = { startAtMs: startAt.getTime(), workloadId: workloadId(load, options) }
  const { scriptHash } = load
  return { shares: [generator], joint: scriptHash === null ? joint : { ...joint, scriptHash } }
}

const EXAMPLE = ['--profile', 'hold', '--rate', '200', '--duration', '60s', '--generator', '2/4', '--start-at']

function exampleStart(nowMs: number): string {
  return `${new Date(Math.ceil(nowMs / 60_000 + 2) * 60_000).toISOString().slice(0, 19)}Z`
}

function reasonsAgainst({ profile, generators, generator, startAt }: ShareOptions, nowMs: number): readonly string[] {
  const leadSeconds = startAt === undefined ? LEAST_LEAD_SECONDS : (startAt.getTime() - nowMs) / 1000
  return [
    profile === 'knee' &&
      'the search decides each rate by all requests of the one before, and a share sees only its own: choose smoke, hold, spike, soak or peak-day',
    generator === undefined && '--start-at goes with --generator 2/4: which share is this?',
    startAt === undefined && '--generator goes with --start-at: when do all of them begin?',
    generators > 1 && '--generators splits a load on this machine; a share is offered by one process',
    leadSeconds < LEAST_LEAD_SECONDS &&
      `--start-at is ${leadText(leadSeconds)}; caches are warmed before it, so it must be ${LEAST_LEAD_SECONDS} s ahead`,
    leadSeconds > MOST_LEAD_SECONDS && '--start-at is more than a day ahead',
  ].filter((reason) => reason !== false)
}

function leadText(seconds: number): string {
  return seconds < 0 ? `${Math.ceil(-seconds)} s ago` : `${Math.floor(seconds)} s ahead`
}

/** Whatever decides which requests are sent when, and how they are judged: machines told otherwise have another. */
function workloadId({ flow, planHash, targets, scriptHash, protection }: SharedLoad, options: ShareOptions): string {
  const { profile, arrivals, rate = null, duration = null, generator, startAt } = options
  const asked = targets && [targets.p99Ms, targets.errorRate]
  const words = [flow, profile, rate, duration, arrivals, generator?.of, startAt?.toISOString(), protection]
  const told = [...words, planHash, asked, scriptHash]
  return `joint-${createHash('sha256').update(JSON.stringify(told)).digest('hex').slice(0, 16)}`
}

/** Of a run folder: two shares on one machine must not share it. */
export function runLabel(flow: string, { shares: [share], joint }: GeneratorPlan): string {
  return joint === null || share === undefined ? flow : `${flow}-${share.index + 1}of${share.of}`
}

/** A share is no verdict: 0 when it did its part, 3 when the load has to be offered again. */
export function shareEnd(
  { share, invalid, steps, results }: Measurements,
  runDir: string,
  { say, json }: Pick<CommandContext, 'say' | 'json'>,
): ExitCode {
  const measured = steps.filter(({ kind }) => kind === 'measured')
  const faults = [...invalid, ...measured.flatMap((step) => step.invalid)].filter(({ code }) => code !== 'one-share')
  const isComplete = measured.length > 0 && !isHopeless({ invalid: faults })
  say(`Generator ${share?.share} ${isComplete ? 'offered its share' : 'did not offer its share'}: ${runDir}`)
  for (const { code, evidence } of faults) say(`  ${code}: ${evidence}`)
  if (measured.length === 0 && faults.length === 0) say(`  ${results[0]?.reason ?? 'nothing was measured'}`)
  if (isComplete) say('When all have: npm run merge -- and the run folders of all of them.')
  if (json) process.stdout.write(`${JSON.stringify({ runDir, share, complete: isComplete, invalid: faults })}\n`)
  return isComplete ? EXIT_CODES.pass : EXIT_CODES.invalid
}

export function parseGenerators(text: string): number {
  const count = Number(text)
  if (Number.isInteger(count) && count >= 1 && count <= MOST_GENERATORS) return count
  throw new InvalidArgumentError(`generators are a whole number, 1 to ${MOST_GENERATORS}`)
}

export function parseGeneratorShare(text: string): Share {
  const share = parseShare(text)
  if (share !== null) return share
  throw new InvalidArgumentError(`a share is written 2/4, the second of four; at most ${MOST_GENERATORS}`)
}

/** Without a zone every machine would take it for its own. */
export function parseStartAt(text: string): Date {
  const isWhole = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})$/.test(text)
  const time = new Date(isWhole ? text : Number.NaN)
  if (Number.isFinite(time.getTime())) return time
  throw new InvalidArgumentError('a time with its zone: 2026-11-25T22:00:00Z or 2026-11-25T23:00:00+01:00')
}
