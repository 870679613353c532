// smoke, hold, spike, soak, peak-day: one schedule in one process, and what the profile asks of it.

import { isSpoiltFromOutside } from '../contracts/judge.ts'
import { ENVIRONMENTAL_CODES, type LoadResult, type Step } from '../contracts/measurement.ts'
import type { ResolvedPlan } from '../contracts/plan.ts'
import { targetsOf } from './cut-step.ts'
import { type Drift, driftOf, FEWEST_PARTS } from './drift.ts'
import type { Drive } from './drive.ts'
import type { Load } from './load.ts'
import { planRates, sharesOf } from './load.ts'
import { isHopeless, type LoadRun, MOST_REPEATS } from './load-run.ts'
import { backlogOf, type Observer } from './observer.ts'
import { type ProfileSchedule, type ScheduledProfile, scheduleOf } from './profiles.ts'
import { perSecond, reasonOf, seconds } from './reason-text.ts'
import { secondsToRecover } from './recovery.ts'
import { rightAnswersOf } from './right-answers.ts'

export interface ScheduledRequest {
  readonly profile: ScheduledProfile
  readonly ratePerSecond: number | null
  readonly durationSeconds: number | null
}

export type Answer = Pick<LoadResult, 'verdict' | 'reason' | 'claim'>

const PART_OF_A_LOAD: Answer = {
  verdict: 'INVALID',
  reason: 'one share of the load; the others belong to it',
  claim: null,
}
/** Memory may grow so much without being a leak: caches and heaps settle. */
const IGNORED_MEMORY_GROWTH_BYTES = 32 * 2 ** 20
const IGNORED_BACKLOG_GROWTH_SECONDS = 2

export async function offerSchedule(run: LoadRun, request: ScheduledRequest): Promise<Answer> {
  const schedule = scheduleFor(run, request)
  if (schedule === null)
    return { verdict: 'INVALID', reason: 'the plan has no rate for it: give one with --rate', claim: null }
  const highest = Math.max(...schedule.segments.map(({ ratePerSecond: rate }) => rate))
  const ceiling = run.context.target.maxRatePerSecond ?? Number.POSITIVE_INFINITY
  if (highest > ceiling) {
    const reason = `it asks for ${perSecond(highest)}, and the target may get ${perSecond(ceiling)}: see --max-rate`
    return { verdict: 'INVALID', reason, claim: null }
  }
  for (let repeat = 0; ; repeat++) {
    const { made, leadInMs } = await run.open({ segments: schedule.segments })
    const steps: Step[] = []
    for (const { fromMs, toMs } of schedule.windows) {
      steps.push(await run.step(made, 'measured', { fromMs: leadInMs + fromMs, toMs: leadInMs + toMs }))
    }
    if (run.spared !== null) return { verdict: 'FAIL', reason: run.spared, claim: null }
    // Who begins together with other machines cannot begin again alone, nor judge alone.
    if (run.context.generators.joint !== null) return PART_OF_A_LOAD
    const isLast = repeat === MOST_REPEATS || run.context.signal.aborted || steps.some(isHopeless)
    const isSpoilt = steps.some(({ judgement, invalid }) => isSpoiltFromOutside(judgement.outcome, invalid))
    if (isLast || !isSpoilt) return answerOf(run, request.profile, schedule, { made, leadInMs, steps })
  }
}

export function scheduleFor({ load, context }: Asked, request: ScheduledRequest): ProfileSchedule | null {
  const { plan } = context
  const rates = planRates(load, plan)
  if (rates === null && request.ratePerSecond === null && request.profile !== 'smoke') return null
  const { hourShape, peakSecondOverHour } = plan.plan.orders
  return scheduleOf({
    ...request,
    ordinaryPerSecond: rates?.ordinaryPerSecond ?? request.ratePerSecond ?? 1,
    peakPerSecond: rates?.peakPerSecond ?? request.ratePerSecond ?? 1,
    hourShape,
    peakSecondOverHour,
    shares: sharesOf(load),
    targets: targetsOf(plan),
  })
}

/** What is asked about: while it is offered, or when it was and is looked at again. */
export interface Asked {
  readonly load: Load
  readonly context: { readonly plan: ResolvedPlan; readonly observer: Pick<Observer, 'backlogSeconds'> }
}

export interface Offered {
  readonly made: Pick<Drive, 'startedAtMs' | 'entries'>
  readonly leadInMs: number
  readonly steps: readonly Step[]
}

export function answerOf(run: Asked, profile: ScheduledProfile, schedule: ProfileSchedule, offered: Offered): Answer {
  switch (profile) {
    case 'smoke':
      return rightnessAnswer(run, schedule, offered)
    case 'hold':
      return { ...judged(offered.steps), claim: null }
    case 'spike':
      return recoveryAnswer(run, schedule, offered)
    case 'soak':
      return driftAnswer(run, schedule, offered)
    case 'peak-day':
      return peakDayAnswer(run, schedule, offered)
  }
}

/** Every window must pass. */
function judged(steps: readonly Step[]): Pick<Answer, 'verdict' | 'reason'> {
  const of = (outcome: Step['judgement']['outcome']) => steps.find(({ judgement }) => judgement.outcome === outcome)
  const worst = of('fail') ?? of('invalid') ?? of('undecided')
  if (steps.length === 0) return { verdict: 'INVALID', reason: 'nothing was measured' }
  if (worst === undefined) return { verdict: 'PASS', reason: `every flow met its targets at ${ratesText(steps)}` }
  return { verdict: worst.judgement.outcome === 'fail' ? 'FAIL' : 'INVALID', reason: reasonOf(worst) }
}

function ratesText(steps: readonly Step[]): string {
  return steps.map(({ offeredPerSecond }) => perSecond(offeredPerSecond)).join(', ')
}

/** Does everything work? A target that was missed all the same is told: to answer rightly is not to keep it. */
function rightnessAnswer({ load }: Asked, { windows, segments }: ProfileSchedule, { steps }: Offered): Answer {
  const [step] = steps
  const length = seconds((segments[0]?.seconds ?? 0) * 1000)
  const claim = {
    id: `${load.name}-answers-right`,
    claim: `For ${length} at ${perSecond(windows[0]?.ratePerSecond ?? 0)}, every request of ${load.name} is answered rightly.`,
    target: 0,
    bound: 'at-most',
    unit: 'wrong-answers',
  } as const
  if (step === undefined) {
    return { verdict: 'INVALID', reason: 'nothing was measured', claim: { ...claim, value: null, evidence: 'unknown' } }
  }
  const { verdict, reason, requests, wrong } = rightAnswersOf(step)
  const missed = verdict === 'PASS' && step.judgement.outcome === 'fail' ? `; not asked here: ${reasonOf(step)}` : ''
  const evidence = `${wrong} of ${requests} requests not answered rightly`
  return { verdict, reason: `${reason}${missed}`, claim: { ...claim, value: wrong, evidence } }
}

/** The system may miss its targets while the spike lasts; what counts is how soon it is back. */
function recoveryAnswer(
  { context, load }: Asked,
  schedule: ProfileSchedule,
  { made, leadInMs, steps }: Offered,
): Answer {
  const [before, spike, after] = steps
  const [, , window] = schedule.windows
  const wanted = context.plan.plan.recoverySeconds
  const rates = `${perSecond(schedule.windows[0]?.ratePerSecond ?? 0)}, then ${perSecond(schedule.windows[1]?.ratePerSecond ?? 0)}`
  const claim = {
    id: `${load.name}-recovers-from-a-spike`,
    claim: `After a spike (${rates} for ${seconds((schedule.segments[1]?.seconds ?? 0) * 1000)}), ${load.name} is back within its targets, and so is what works behind it.`,
    target: wanted,
    bound: 'at-most',
    unit: 'seconds',
  } as const
  const unknown = (reason: string): Answer => ({
    verdict: 'INVALID',
    reason,
    claim: { ...claim, value: null, evidence: 'unknown' },
  })
  if (before === undefined || spike === undefined || after === undefined || window === undefined) {
    return unknown('nothing was measured')
  }
  const broken = [before, after].find(({ invalid }) => invalid.some(({ code }) => ENVIRONMENTAL_CODES.includes(code)))
  if (broken !== undefined || isHopeless(after)) return unknown(reasonOf(broken ?? after))
  if (before.judgement.outcome === 'fail')
    return unknown(`it did not meet its targets before the spike: ${reasonOf(before)}`)
  const { startedAtMs, entries } = made
  const spikeEndMs = leadInMs + (schedule.windows[1]?.toMs ?? 0)
  const toMs = leadInMs + window.toMs
  const targets = targetsOf(context.plan)
  const lags = (fromMs: number, untilMs: number) =>
    context.observer
      .backlogSeconds(startedAtMs + fromMs, startedAtMs + untilMs)
      .map(({ atMs, value }) => ({ atMs: atMs - startedAtMs, value }))
  const recovered = secondsToRecover({
    fromMs: spikeEndMs,
    toMs,
    targetsMs: Object.fromEntries(Object.keys(load.weights).map((flow) => [flow, targets[flow]?.p99Ms ?? null])),
    entries,
    backlog: lags(spikeEndMs, toMs),
    backlogBeforeSeconds: backlogOf(lags(before.fromMs, before.toMs))?.endSeconds ?? 0,
  })
  const watched = Math.round((toMs - spikeEndMs) / 1000)
  const evidence = recovered === null ? `not within the ${watched} s that were watched` : `after ${recovered} s`
  const during =
    spike.judgement.outcome === 'pass' ? 'the spike itself was carried' : `during the spike: ${reasonOf(spike)}`
  const verdict = recovered !== null && recovered <= wanted ? 'PASS' : 'FAIL'
  return { verdict, reason: `back ${evidence}; ${during}`, claim: { ...claim, value: recovered, evidence } }
}

function driftAnswer({ context, load }: Asked, schedule: ProfileSchedule, { made, steps }: Offered): Answer {
  const allowed = context.plan.plan.driftShare
  const length = seconds((schedule.segments[0]?.seconds ?? 0) * 1000)
  const base = {
    id: `${load.name}-does-not-drift`,
    claim: `Over ${length} at ${perSecond(schedule.windows[0]?.ratePerSecond ?? 0)}, ${load.name} meets its targets, and neither p99, memory nor backlog grows.`,
    target: allowed,
    bound: 'at-most',
    unit: 'share',
  } as const
  const held = judged(steps)
  const drifts = seriesOf({ context, made, steps }).map((series) => driftOf(series, allowed))
  const known = drifts.filter((drift) => drift !== null)
  const worst = known.toSorted((a, b) => b.growthShare - a.growthShare)[0]
  const evidence = worst === undefined ? 'growth unknown' : `at most ${growthText(worst)}`
  const claim = { ...base, value: worst?.growthShare ?? null, evidence }
  const grown = known.filter(({ drifts }) => drifts)
  if (held.verdict === 'FAIL') return { ...held, claim }
  if (grown.length > 0) return { verdict: 'FAIL', reason: `grew: ${grown.map(growthText).join(', ')}`, claim }
  if (known.length === 0) {
    return { verdict: 'INVALID', reason: `a drift shows in ${FEWEST_PARTS} minutes or more: hold longer`, claim }
  }
  return { ...held, claim }
}

function growthText({ what, growthShare }: Drift): string {
  return `${what} ${growthShare >= 0 ? '+' : ''}${(100 * growthShare).toFixed(0)} %`
}

function seriesOf({ context, made, steps }: Pick<Asked, 'context'> & Pick<Offered, 'made' | 'steps'>) {
  const targets = targetsOf(context.plan)
  const flows = Object.keys(steps[0]?.flows ?? {})
  const latencies = flows.map((flow) => ({
    what: `p99 of ${flow}`,
    values: steps.flatMap((step) => step.flows[flow]?.latency.p99Ms ?? []),
    ignoredGrowth: 0.05 * (targets[flow]?.p99Ms ?? 0),
  }))
  const components = [...new Set(steps.flatMap((step) => step.components.map(({ name }) => name)))]
  const memory = components.map((name) => ({
    what: `memory of ${name}`,
    values: steps.flatMap((step) => step.components.find((component) => component.name === name)?.rssBytes ?? []),
    ignoredGrowth: IGNORED_MEMORY_GROWTH_BYTES,
  }))
  const backlog = steps.map((step) => {
    const samples = context.observer.backlogSeconds(made.startedAtMs + step.fromMs, made.startedAtMs + step.toMs)
    return backlogOf(samples)?.endSeconds ?? 0
  })
  return [...latencies, ...memory, { what: 'backlog', values: backlog, ignoredGrowth: IGNORED_BACKLOG_GROWTH_SECONDS }]
}

function peakDayAnswer({ load }: Asked, { windows, compression }: ProfileSchedule, { steps }: Offered): Answer {
  const answer = judged(steps)
  const busiest = windows.at(-1)?.ratePerSecond ?? 0
  return {
    ...answer,
    claim: {
      id: `${load.name}-on-the-peak-day`,
      claim: `${load.name} meets its targets through the plan's busiest day, ${Math.round(compression ?? 1)} times faster than it will be, and in its busiest second, ${perSecond(busiest)}.`,
      value: steps.filter(({ judgement }) => judgement.outcome !== 'pass').length,
      target: 0,
      bound: 'at-most',
      unit: 'missed-windows',
      evidence: answer.reason,
    },
  }
}
