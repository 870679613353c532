// What a window proves about its rate, per flow. The only judge: it is asked once, when the step is measured.
//
// A target is met when 95 % bounds of the shares over it are below what it allows, missed when they are above. Between
// the two lies `undecided`. An invalid window never passes. It can still fail: work that waited for a user, was not done
// in time or piled up only ever flatters the system, so a window that misses its target in spite of that is evidence
// against it. Faults of the generator or a lost engine are evidence of nothing.

import { MINIMUM_P99_SAMPLES } from './evidence-limits.ts'
import {
  ENVIRONMENTAL_CODES,
  type FlowFigures,
  type FlowJudgement,
  type InvalidCode,
  type InvalidReason,
  type JudgedBy,
  type Judgement,
  type Outcome,
  type Step,
} from './measurement.ts'
import type { FlowTarget } from './plan.ts'
import { blockBounds, exactBounds, type ShareBounds } from './proportion.ts'

export const FLATTERING_CODES: readonly InvalidCode[] = ['dropped-iterations', 'rate-not-achieved', 'not-steady']
/** By definition of a p99. */
export const SLOW_SHARE = 0.01
/** Fewer blocks say nothing about their spread. */
export const FEWEST_BLOCKS = 8

export type Targets = Readonly<Record<string, FlowTarget | undefined>>
export type Judgeable = Pick<Step, 'flows' | 'invalid'>

export function judge({ flows, invalid }: Judgeable, targets: Targets): Judgement {
  const codes = invalid.map(({ code }) => code)
  const judged = Object.entries(flows).map(
    ([flow, figures]) => [flow, judgeFlow(figures, targets[flow], codes)] as const,
  )
  const outcomes = judged.map(([, { outcome }]) => outcome)
  return { outcome: worstOutcome(outcomes), flows: Object.fromEntries(judged) }
}

/** What came from outside is no answer of the system: it is no miss, and another try may have none of it. */
export function isSpoiltFromOutside(outcome: Outcome, invalid: readonly Pick<InvalidReason, 'code'>[]): boolean {
  return outcome === 'invalid' && invalid.some(({ code }) => ENVIRONMENTAL_CODES.includes(code))
}

/** One flow that fails fails the whole; the whole passes only when each flow does. */
export function worstOutcome(outcomes: readonly Outcome[]): Outcome {
  if (outcomes.length === 0) return 'invalid'
  return (['fail', 'invalid', 'undecided'] as const).find((outcome) => outcomes.includes(outcome)) ?? 'pass'
}

function judgeFlow(figures: FlowFigures, target: FlowTarget | undefined, codes: readonly InvalidCode[]): FlowJudgement {
  if (target === undefined) {
    return { outcome: codes.length > 0 ? 'invalid' : 'undecided', slow: null, errors: null, by: [] }
  }
  const slow = slowBounds(figures)
  const errors = exactBounds(figures.errors, figures.iterations)
  const missed: JudgedBy[] = [
    ...(slow.low > SLOW_SHARE ? (['slow'] as const) : []),
    ...(errors.low > target.errorRate ? (['errors'] as const) : []),
  ]
  const facts = { slow, errors }
  if (missed.length > 0 && codes.every((code) => FLATTERING_CODES.includes(code))) {
    return { ...facts, outcome: 'fail', by: missed }
  }
  const open: JudgedBy[] = [
    ...(slow.high <= SLOW_SHARE && figures.good >= MINIMUM_P99_SAMPLES ? [] : (['slow'] as const)),
    ...(errors.high <= target.errorRate ? [] : (['errors'] as const)),
  ]
  if (codes.length > 0) return { ...facts, outcome: 'invalid', by: open }
  return { ...facts, outcome: open.length === 0 ? 'pass' : 'undecided', by: open }
}

function slowBounds({ good, overTarget, blocks }: FlowFigures): ShareBounds {
  const full = blocks.filter((block) => block.good > 0).map((block) => ({ hits: block.overTarget, trials: block.good }))
  return full.length >= FEWEST_BLOCKS ? blockBounds(full) : exactBounds(overTarget, good)
}

/** Requests of one flow until both of its targets can be met by proof: none of them slow, none of them failed. */
export function requestsToProve({ errorRate }: FlowTarget): number {
  const forErrors = errorRate > 0 ? Math.ceil(Math.log(0.05) / Math.log1p(-errorRate)) : Number.POSITIVE_INFINITY
  return Math.max(MINIMUM_P99_SAMPLES, forErrors)
}
