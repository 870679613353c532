// What a load says in the end: per flow the bracket [last pass, first fail], and one verdict for the exit code. Pure.

import type { Capacity, Claim, Outcome, Verdict } from '../contracts/capacity.ts'
import type { LoadFlow, Measurements, Step } from '../contracts/measurement.ts'
import { bracketOf } from '../contracts/operating-point.ts'
import { FLOWS, type Flow, type ResolvedPlan } from '../contracts/plan.ts'
import { type FlowSamples, judgeable, stepOutcome } from '../contracts/step-outcome.ts'
import { planRates } from './profiles.ts'

export interface FlowResult {
  readonly flow: LoadFlow
  readonly verdict: Verdict
  readonly lastPassPerSecond: number | null
  /** The lowest rate that is proven to fail; null: none is. */
  readonly firstFailPerSecond: number | null
  /** What the plan's busiest second asks of this flow. */
  readonly peakPerSecond: number
  readonly why: string
  /** Flows of a mix that some step which passed was too short for, with the fewest samples there. */
  readonly notJudged: readonly FlowSamples[]
}

export interface LoadVerdict {
  readonly verdict: Verdict
  readonly flows: readonly FlowResult[]
}

export function judgeLoad(measurements: Measurements, plan: ResolvedPlan, flows: readonly LoadFlow[]): LoadVerdict {
  const results = flows.map((flow) => judgeFlow(flow, measurements, plan))
  const worst = (['INVALID', 'FAIL'] as const).find((verdict) => results.some((result) => result.verdict === verdict))
  return { verdict: measurements.invalid.length > 0 ? 'INVALID' : (worst ?? 'PASS'), flows: results }
}

/** Claims about the evidence carry all others: a load whose report finds it broken is INVALID itself. */
export function brokenEvidence({ claims }: Pick<Capacity, 'claims'>): readonly Claim[] {
  return claims.filter(({ subject, verdict }) => subject === 'evidence' && verdict === 'INVALID')
}

export function withReport(judged: LoadVerdict, capacity: Pick<Capacity, 'claims'>): LoadVerdict {
  return brokenEvidence(capacity).length > 0 ? { ...judged, verdict: 'INVALID' } : judged
}

interface Judged {
  readonly step: Step
  readonly ratePerSecond: number
  readonly outcome: Outcome
}

function judgeFlow(flow: LoadFlow, { steps, profile }: Measurements, plan: ResolvedPlan): FlowResult {
  const judged: readonly Judged[] = steps
    .filter((step) => step.flow === flow && step.kind === 'measured')
    .map((step) => ({
      step,
      ratePerSecond: step.offeredPerSecond,
      outcome: stepOutcome(step, plan.plan),
    }))
  const { lastPass, firstFail } = bracketOf(judged)
  const parts: readonly Flow[] = flow === 'mix' ? FLOWS : [flow]
  const facts = {
    flow,
    lastPassPerSecond: lastPass,
    firstFailPerSecond: firstFail,
    peakPerSecond: planRates(plan, parts).peakPerSecond,
  }
  return {
    ...facts,
    ...(profile === 'knee' ? judgeKnee(facts, judged) : judgeSteps(judged)),
    notJudged: notJudged(judged, plan),
  }
}

type Judgement = Pick<FlowResult, 'verdict' | 'why'>
type Facts = Omit<FlowResult, 'verdict' | 'why' | 'notJudged'>

function notJudged(judged: readonly Judged[], plan: ResolvedPlan): readonly FlowSamples[] {
  const passed = judged.filter(({ outcome }) => outcome === 'pass')
  const rare = passed.flatMap(({ step }) => judgeable(step, plan.plan).notJudged)
  return FLOWS.flatMap((flow) => {
    const samples = rare.filter((one) => one.flow === flow).map((one) => one.samples)
    return samples.length > 0 ? [{ flow, samples: Math.min(...samples) }] : []
  })
}

/** A knee asks whether this machine carries the plan's busiest second. */
function judgeKnee(
  { lastPassPerSecond, firstFailPerSecond, peakPerSecond }: Facts,
  judged: readonly Judged[],
): Judgement {
  if (lastPassPerSecond !== null && lastPassPerSecond >= peakPerSecond) {
    return { verdict: 'PASS', why: `carries the plan's busiest second, ${perSecond(peakPerSecond)}` }
  }
  if (firstFailPerSecond !== null && firstFailPerSecond <= peakPerSecond) {
    return { verdict: 'FAIL', why: `the plan's busiest second asks for ${perSecond(peakPerSecond)}` }
  }
  const reason = reasonAgainst(judged.find(({ outcome }) => outcome === 'invalid'))
  return { verdict: 'INVALID', why: reason ?? `nothing was proven near the ${perSecond(peakPerSecond)} of the plan` }
}

/** The other profiles ask whether every step of theirs meets the targets. */
function judgeSteps(judged: readonly Judged[]): Judgement {
  const failed = judged.filter(({ outcome }) => outcome === 'fail')
  if (failed.length > 0) return { verdict: 'FAIL', why: `${failed.length} of ${judged.length} steps miss a target` }
  const invalid = judged.filter(({ outcome }) => outcome === 'invalid')
  if (invalid.length > 0 || judged.length === 0) {
    return { verdict: 'INVALID', why: reasonAgainst(invalid[0]) ?? 'no step was measured' }
  }
  return { verdict: 'PASS', why: `${judged.length} of ${judged.length} steps meet every target` }
}

function reasonAgainst(judged: Judged | undefined): string | null {
  const [reason] = judged?.step.invalid ?? []
  return judged === undefined || reason === undefined
    ? null
    : `at ${perSecond(judged.ratePerSecond)}: ${reason.code}: ${reason.evidence}`
}

export function perSecond(rate: number): string {
  return `${rate >= 100 ? Math.round(rate).toLocaleString('en') : Number(rate.toFixed(1))}/s`
}
