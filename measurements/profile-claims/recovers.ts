// spike: the system may miss its targets while the spike lasts; what counts is how soon it is back. One that is never back
// has failed, however little of what was due afterwards was still sent.

import { ENVIRONMENTAL_CODES, type InvalidCode, type Step } from '../../contracts/measurement.ts'
import { targetsOf } from '../cut-step.ts'
import { HOPELESS } from '../load-run.ts'
import { backlogOf } from '../observer.ts'
import type { ProfileSchedule } from '../profiles.ts'
import { perSecond, reasonOf, seconds } from '../reason-text.ts'
import { secondsToRecover } from '../recovery.ts'
import type { Answer, Asked, Offered } from './asked.ts'

/** Other work on the machine makes a spike no smaller; a generator that cannot follow does. */
const SPOILS_A_SPIKE: readonly InvalidCode[] = ENVIRONMENTAL_CODES.filter((code) => code !== 'machine-busy')

export function recoveryAnswer({ context, load }: Asked, schedule: ProfileSchedule, offered: Offered): Answer {
  const [before, spike, after] = offered.steps
  const [low, high, rest] = schedule.windows
  const wanted = context.plan.plan.recoverySeconds
  const rates = `${perSecond(low?.ratePerSecond ?? 0)}, then ${perSecond(high?.ratePerSecond ?? 0)}`
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
  if (before === undefined || spike === undefined || after === undefined || high === undefined || rest === undefined) {
    return unknown('nothing was measured')
  }
  const broken = brokenText(before, spike, after)
  if (broken !== null) return unknown(broken)
  if (before.judgement.outcome === 'fail')
    return unknown(`it did not meet its targets before the spike: ${reasonOf(before)}`)
  const unasked = flowsWithout(after)
  if (unasked.length === Object.keys(after.flows).length) return unknown('no request was due after the spike')
  const { made, leadInMs } = offered
  const { startedAtMs, entries } = made
  const fromMs = leadInMs + high.toMs
  const toMs = leadInMs + rest.toMs
  const targets = targetsOf(context.plan)
  const lags = (sinceMs: number, untilMs: number) =>
    context.observer
      .backlogSeconds(startedAtMs + sinceMs, startedAtMs + untilMs)
      .map(({ atMs, value }) => ({ atMs: atMs - startedAtMs, value }))
  const recovered = secondsToRecover({
    fromMs,
    toMs,
    targetsMs: Object.fromEntries(Object.keys(load.weights).map((flow) => [flow, targets[flow]?.p99Ms ?? null])),
    entries,
    backlog: lags(fromMs, toMs),
    backlogBeforeSeconds: backlogOf(lags(before.fromMs, before.toMs))?.endSeconds ?? 0,
  })
  const isInTime = recovered !== null && recovered <= wanted
  const watched = seconds(toMs - fromMs)
  const evidence = recovered === null ? `not within the ${watched} that were watched` : `after ${recovered} s`
  const reason = [
    recovered === null ? `not back within the ${watched} that were watched` : `back after ${recovered} s`,
    ...(isInTime ? [] : [`${wanted} s are allowed`]),
    ...(recovered === null && after.judgement.outcome === 'fail' ? [`after the spike, ${reasonOf(after)}`] : []),
    spike.judgement.outcome === 'pass' ? 'the spike itself was carried' : `during the spike, ${reasonOf(spike)}`,
    ...(unasked.length === 0 ? [] : [`not asked for after the spike: ${unasked.join(', ')}`]),
  ].join('; ')
  return { verdict: isInTime ? 'PASS' : 'FAIL', reason, claim: { ...claim, value: recovered, evidence } }
}

/** What the machine, the generator or an engine did is no answer of the system. */
function brokenText(before: Step, spike: Step, after: Step): string | null {
  const looked = [
    [before, [...ENVIRONMENTAL_CODES, ...HOPELESS]],
    [spike, SPOILS_A_SPIKE],
    [after, [...ENVIRONMENTAL_CODES, ...HOPELESS]],
  ] as const
  for (const [{ invalid, offeredPerSecond }, codes] of looked) {
    const found = invalid.find(({ code }) => codes.includes(code))
    if (found !== undefined) return `at ${perSecond(offeredPerSecond)}: ${found.code}: ${found.evidence}`
  }
  return null
}

function flowsWithout({ flows }: Step): readonly string[] {
  return Object.entries(flows)
    .filter(([, { iterations }]) => iterations === 0)
    .map(([flow]) => flow)
}
