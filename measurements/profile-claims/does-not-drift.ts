// soak: does anything grow? Targets are judged over all of it; its windows show what grows, and what fails for a while.

import { MINIMUM_P99_SAMPLES } from '../../contracts/evidence-limits.ts'
import { isSpoiltFromOutside } from '../../contracts/judge.ts'
import type { Step } from '../../contracts/measurement.ts'
import { targetsOf } from '../cut-step.ts'
import { type Drift, driftOf, FEWEST_PARTS, type Series } from '../drift.ts'
import { backlogOf } from '../observer.ts'
import type { ProfileSchedule } from '../profiles.ts'
import { perSecond, reasonOf, seconds } from '../reason-text.ts'
import type { Answer, Asked, Offered } from './asked.ts'
import { claimedName, type Held, heldFor, provenBy } from './proven.ts'
import { wholeStep } from './whole-step.ts'

/** Memory may grow so much without being a leak: caches and heaps settle. */
const IGNORED_MEMORY_GROWTH_BYTES = 32 * 2 ** 20
const IGNORED_BACKLOG_GROWTH_SECONDS = 2

export function driftAnswer(asked: Asked, schedule: ProfileSchedule, offered: Offered): Answer {
  const { context, load } = asked
  const { made, steps } = offered
  const allowed = context.plan.plan.driftShare
  const whole = wholeStep(made, steps, context.plan)
  const held = heldFor(schedule.proofs, whole === null ? [] : [whole])
  const p99s = p99Series(asked, steps)
  const others = [...memorySeries(steps), backlogSeries(asked, offered)]
  const drifts = [...p99s, ...others].map((series) => driftOf(series, allowed)).filter((drift) => drift !== null)
  const worst = drifts.toSorted((a, b) => b.growthShare - a.growthShare)[0]
  const length = seconds((schedule.segments[0]?.seconds ?? 0) * 1000)
  const claim = {
    id: `${load.name}-does-not-drift`,
    claim: `Over ${length} at ${perSecond(schedule.windows[0]?.ratePerSecond ?? 0)}, ${claimedName(load, held)} meets its targets, and neither p99, memory nor backlog grows.`,
    target: allowed,
    bound: 'at-most',
    unit: 'share',
    value: worst?.growthShare ?? null,
    evidence: worst === undefined ? 'growth unknown' : `at most ${growthText(worst)}`,
  } as const
  const kept = keptThroughout(held, steps)
  if (kept.verdict === 'FAIL') return { ...kept, claim }
  const grown = drifts.filter(({ drifts }) => drifts)
  if (grown.length > 0) return { verdict: 'FAIL', reason: `grew: ${grown.map(growthText).join(', ')}`, claim }
  const tooRare = held.flatMap((one) => one.tooRare)
  const unseen = p99s.filter(({ flow, values }) => !tooRare.includes(flow) && values.length < FEWEST_PARTS)
  if (kept.verdict === 'PASS' && unseen.length > 0) {
    const reason = `growth of the ${unseen.map(({ what }) => what).join(', ')} shows in ${FEWEST_PARTS} windows of ${MINIMUM_P99_SAMPLES} right answers or more: hold longer`
    return { verdict: 'INVALID', reason, claim }
  }
  return { ...kept, claim }
}

/** A window that fails by itself is proof enough; what came from outside in one may have made the whole fail. */
function keptThroughout(held: readonly Held[], steps: readonly Step[]): Pick<Answer, 'verdict' | 'reason'> {
  const failed = steps.find(({ judgement }) => judgement.outcome === 'fail')
  if (failed !== undefined) return { verdict: 'FAIL', reason: `${momentOf(failed, steps)} ${reasonOf(failed)}` }
  const kept = provenBy(held)
  const spoilt = steps.find(({ judgement, invalid }) => isSpoiltFromOutside(judgement.outcome, invalid))
  if (kept.verdict === 'PASS' || spoilt === undefined) return kept
  return { verdict: 'INVALID', reason: `${momentOf(spoilt, steps)} ${reasonOf(spoilt)}` }
}

function momentOf({ fromMs, toMs }: Step, [first]: readonly Step[]): string {
  const beganMs = first?.fromMs ?? 0
  return `from ${seconds(fromMs - beganMs)} to ${seconds(toMs - beganMs)},`
}

function growthText({ what, growthShare }: Drift): string {
  return `${what} ${growthShare >= 0 ? '+' : ''}${(100 * growthShare).toFixed(0)} %`
}

function p99Series({ context }: Asked, steps: readonly Step[]): readonly (Series & { readonly flow: string })[] {
  const targets = targetsOf(context.plan)
  return Object.keys(steps[0]?.flows ?? {}).map((flow) => ({
    flow,
    what: `p99 of ${flow}`,
    values: steps.flatMap((step) => step.flows[flow]?.latency.p99Ms ?? []),
    ignoredGrowth: 0.05 * (targets[flow]?.p99Ms ?? 0),
  }))
}

function memorySeries(steps: readonly Step[]): readonly Series[] {
  const components = [...new Set(steps.flatMap((step) => step.components.map(({ name }) => name)))]
  return components.map((name) => ({
    what: `memory of ${name}`,
    values: steps.flatMap((step) => step.components.find((component) => component.name === name)?.rssBytes ?? []),
    ignoredGrowth: IGNORED_MEMORY_GROWTH_BYTES,
  }))
}

function backlogSeries({ context }: Asked, { made, steps }: Offered): Series {
  const values = steps.map((step) => {
    const samples = context.observer.backlogSeconds(made.startedAtMs + step.fromMs, made.startedAtMs + step.toMs)
    return backlogOf(samples)?.endSeconds ?? 0
  })
  return { what: 'backlog', values, ignoredGrowth: IGNORED_BACKLOG_GROWTH_SECONDS }
}
