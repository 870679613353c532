// smoke, hold, spike, soak, peak-day: one schedule in one process, and what the profile asks of it.

import { isSpoiltFromOutside } from '../contracts/judge.ts'
import type { Step } from '../contracts/measurement.ts'
import { targetsOf } from './cut-step.ts'
import { planRates, sharesOf } from './load.ts'
import { isHopeless, type LoadRun, MOST_REPEATS } from './load-run.ts'
import { rightnessAnswer } from './profile-claims/answers-right.ts'
import type { Answer, Asked, Offered } from './profile-claims/asked.ts'
import { driftAnswer } from './profile-claims/does-not-drift.ts'
import { peakDayAnswer } from './profile-claims/peak-day.ts'
import { provenBy } from './profile-claims/proven.ts'
import { recoveryAnswer } from './profile-claims/recovers.ts'
import { missingRates, type RatesAsked } from './profile-rates.ts'
import { type ProfileSchedule, type ScheduledProfile, scheduleOf } from './profiles.ts'
import { perSecond } from './reason-text.ts'
import { tooRareLines } from './too-rare-text.ts'

export interface ScheduledRequest extends RatesAsked {
  readonly durationSeconds: number | null
}

const PART_OF_A_LOAD: Answer = {
  verdict: 'INVALID',
  reason: 'one share of the load; the others belong to it',
  claim: null,
}

export async function offerSchedule(run: LoadRun, request: ScheduledRequest): Promise<Answer> {
  const schedule = scheduleFor(run, request)
  if (schedule === null) {
    const reason = missingRates(run.load, run.context.plan, request) ?? 'there is no schedule'
    return { verdict: 'INVALID', reason, claim: null }
  }
  const highest = Math.max(...schedule.segments.map(({ ratePerSecond: rate }) => rate))
  const ceiling = run.context.target.maxRatePerSecond ?? Number.POSITIVE_INFINITY
  if (highest > ceiling) {
    const reason = `it asks for ${perSecond(highest)}, and the target may get ${perSecond(ceiling)}: see --max-rate`
    return { verdict: 'INVALID', reason, claim: null }
  }
  for (const line of tooRareLines(request.profile, schedule)) run.context.say(line)
  for (let repeat = 0; ; repeat++) {
    const { made, leadInMs } = await run.open({ segments: schedule.segments })
    const steps: Step[] = []
    for (const { fromMs, toMs } of schedule.windows) {
      steps.push(await run.step(made, 'measured', { fromMs: leadInMs + fromMs, toMs: leadInMs + toMs }))
    }
    if (run.spared !== null) return { verdict: 'FAIL', reason: run.spared, claim: null }
    // Who begins together with other machines cannot begin again alone, nor judge alone.
    if (run.context.generators.joint !== null) return PART_OF_A_LOAD
    const answer = answerOf(run, request.profile, schedule, { made, leadInMs, steps })
    const isLast = repeat === MOST_REPEATS || run.context.signal.aborted || steps.some(isHopeless)
    const isSpoilt = steps.some(({ judgement, invalid }) => isSpoiltFromOutside(judgement.outcome, invalid))
    if (isLast || answer.verdict !== 'INVALID' || !isSpoilt) return answer
  }
}

/** null: a rate is missing. */
export function scheduleFor({ load, context }: Asked, request: ScheduledRequest): ProfileSchedule | null {
  const { plan } = context
  if (missingRates(load, plan, request) !== null) return null
  const rates = planRates(load, plan)
  const { hourShape, peakSecondOverHour } = plan.plan.orders
  const ordinaryPerSecond = rates?.ordinaryPerSecond ?? request.ratePerSecond ?? 1
  return scheduleOf({
    ...request,
    ordinaryPerSecond,
    peakPerSecond: rates?.peakPerSecond ?? request.ratePerSecond ?? ordinaryPerSecond,
    hourShape,
    peakSecondOverHour,
    recoverySeconds: plan.plan.recoverySeconds,
    shares: sharesOf(load),
    targets: targetsOf(plan),
  })
}

export function answerOf(run: Asked, profile: ScheduledProfile, schedule: ProfileSchedule, offered: Offered): Answer {
  switch (profile) {
    case 'smoke':
      return rightnessAnswer(run, schedule, offered)
    case 'hold':
      // Whoever holds a load asks about all of it.
      return { ...provenBy(offered.steps.map((step) => ({ step, tooRare: [] }))), claim: null }
    case 'spike':
      return recoveryAnswer(run, schedule, offered)
    case 'soak':
      return driftAnswer(run, schedule, offered)
    case 'peak-day':
      return peakDayAnswer(run, schedule, offered)
  }
}
