// All steps of one flow: a warm-up that also says what the machine can do, then the series of its profile.

import { availableParallelism } from 'node:os'
import type { LoadFlow, Profile, Step } from '../contracts/measurement.ts'
import { stepOutcome } from '../contracts/step-outcome.ts'
import { planRates, type Series, type StepPlan, seriesOf } from './profiles.ts'
import { flowsOf, runStep, type StepContext, targetP99Of } from './run-step.ts'

export interface FlowLoad extends Omit<StepContext, 'k6Program'> {
  readonly profile: Profile
  readonly ratePerSecond?: number
  readonly durationSeconds?: number
  /** null: as long as it takes. */
  readonly budgetSeconds: number | null
  readonly k6: { readonly path: string }
  onStep(step: Step): Promise<void>
}

const WARM_UP_SECONDS = 5
const WARM_UP_SECONDS_IN_BUDGET = 3
const MOST_WARM_UPS = 4
const MOST_WARM_UPS_IN_BUDGET = 2
/** Throughput that grew by more than this since the warm-up before is not done growing. */
const STILL_WARMING = 1.15
/** Enough to keep every core busy, too few to queue: what they get through is near what the machine can do. */
const WARM_UP_USERS_PER_CORE = 4
/** k6 starts, prepares and ends: so much longer than its hold takes a step. */
const OVERHEAD_SECONDS = 1.5
const KNEE_STEPS_IN_BUDGET = 6
const SHORTEST_HOLD_SECONDS = 4

export async function loadFlow(flow: LoadFlow, load: FlowLoad): Promise<void> {
  const context: StepContext = { ...load, k6Program: load.k6.path }
  const deadlineMs = load.budgetSeconds === null ? Number.POSITIVE_INFINITY : Date.now() + load.budgetSeconds * 1000
  const warmUp = await warmUpUntilWarm(flow, load, context)
  if (warmUp === null) return

  const series = seriesFor(flow, load, warmUp.perSecond)
  const tried: { readonly ratePerSecond: number; readonly outcome: ReturnType<typeof stepOutcome> }[] = []
  for (let next = series([]); next !== null; next = series(tried)) {
    if (load.signal.aborted || !fits(next, deadlineMs, tried.length)) return
    const step = await runStep(
      {
        flow,
        index: warmUp.steps + tried.length,
        kind: 'measured',
        arrivals: 'open',
        ...next,
        virtualUsers: virtualUsersFor(next.ratePerSecond, targetP99Of(flow, load.plan)),
      },
      context,
    )
    await load.onStep(step)
    if (isHopeless(step)) return
    tried.push({ ratePerSecond: next.ratePerSecond, outcome: stepOutcome(step, load.plan.plan) })
  }
}

/** Caches fill and code is compiled while throughput still grows. null: it cannot be done. */
async function warmUpUntilWarm(
  flow: LoadFlow,
  load: FlowLoad,
  context: StepContext,
): Promise<{ readonly perSecond: number; readonly steps: number } | null> {
  const inBudget = load.budgetSeconds !== null
  const most = inBudget ? MOST_WARM_UPS_IN_BUDGET : MOST_WARM_UPS
  let perSecond = 0
  for (let index = 0; index < most; index++) {
    const step = await runStep(
      {
        flow,
        index,
        kind: 'warm-up',
        arrivals: 'closed',
        ratePerSecond: 1,
        holdSeconds: inBudget ? WARM_UP_SECONDS_IN_BUDGET : WARM_UP_SECONDS,
        virtualUsers: WARM_UP_USERS_PER_CORE * availableParallelism(),
      },
      context,
    )
    await load.onStep(step)
    if (isHopeless(step) || step.achievedPerSecond === 0) return null
    const grew = step.achievedPerSecond > STILL_WARMING * perSecond
    perSecond = Math.max(perSecond, step.achievedPerSecond)
    if (!grew || index === most - 1) return { perSecond, steps: index + 1 }
  }
  return null
}

/** No use in going on: the next step would fare no better. */
function isHopeless({ invalid }: Step): boolean {
  return invalid.some(({ code }) => ['target-dead', 'generator-failed', 'engine-lost', 'interrupted'].includes(code))
}

function seriesFor(flow: LoadFlow, load: FlowLoad, warmUpPerSecond: number): Series {
  const { hourShape, peakSecondOverHour } = load.plan.plan.orders
  const budgetHold = holdInBudget(load)
  return seriesOf({
    profile: load.profile,
    ratePerSecond: load.ratePerSecond ?? null,
    durationSeconds: load.durationSeconds ?? budgetHold,
    warmUpPerSecond,
    ...planRates(load.plan, flowsOf(flow)),
    hourShape,
    peakSecondOverHour,
  })
}

/** So that as many steps as a knee needs fit; null: the profile's own. */
function holdInBudget({ budgetSeconds, profile }: FlowLoad): number | null {
  if (budgetSeconds === null || profile !== 'knee') return null
  const warmUps = MOST_WARM_UPS_IN_BUDGET * (WARM_UP_SECONDS_IN_BUDGET + OVERHEAD_SECONDS)
  const forSteps = budgetSeconds - warmUps
  return Math.max(SHORTEST_HOLD_SECONDS, Math.floor(forSteps / KNEE_STEPS_IN_BUDGET - OVERHEAD_SECONDS))
}

/** The first step is always made: a budget too short for any would measure nothing. */
function fits({ holdSeconds }: StepPlan, deadlineMs: number, stepsDone: number): boolean {
  return stepsDone === 0 || Date.now() + (holdSeconds + OVERHEAD_SECONDS) * 1000 <= deadlineMs
}

/** Answers may take so many times the target before arrivals find no free user. */
const PATIENCE_OF_TARGET = 5
const SHORTEST_PATIENCE_SECONDS = 1
const FEWEST_USERS = 20
/** Each takes k6 about 0.2 MB and a few milliseconds to make. */
const MOST_USERS = 3000

/** Little's law, N = λ W: users that are busy when answers take W. */
export function virtualUsersFor(ratePerSecond: number, targetP99Ms: number): number {
  const patienceSeconds = Math.max(SHORTEST_PATIENCE_SECONDS, (PATIENCE_OF_TARGET * targetP99Ms) / 1000)
  return Math.min(MOST_USERS, Math.max(FEWEST_USERS, Math.ceil(ratePerSecond * patienceSeconds)))
}
