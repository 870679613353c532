// Claims about each measured flow of a target elsewhere: its targets at the plan's ordinary rate and at the peak second.

import type { CapacityPoint, Claim, FlowCapacity, Seeding, Verdict } from '../../contracts/capacity.ts'
import { type Bracket, bracketOf } from '../bracket.ts'
import { evidenceAt } from '../flow-capacity.ts'
import { compact, ms, percent, perSecond } from '../quantity.ts'
import { targetsText } from '../targets-text.ts'

interface Moment {
  readonly id: 'at-ordinary-rate' | 'at-peak-second'
  readonly name: string
  readonly ratePerSecond: number
}

export function flowClaims(flow: FlowCapacity, seeding: Seeding | null, who: string): readonly Claim[] {
  const ordinary: Moment = { id: 'at-ordinary-rate', name: 'ordinary rate', ratePerSecond: flow.ordinaryPerSecond }
  const peak: Moment = { id: 'at-peak-second', name: 'peak second', ratePerSecond: flow.peakPerSecond.mid }
  return [ordinary, peak].map((moment) => flowClaim(flow, moment, seeding, who))
}

function flowClaim(flow: FlowCapacity, moment: Moment, seeding: Seeding | null, who: string): Claim {
  const verdict = verdictAt(flow, moment.ratePerSecond)
  const decisive = decisivePoint(flow, moment.ratePerSecond, verdict)
  const share =
    seeding === null || seeding.shareOfPlan === null || seeding.notProven.length === 0
      ? ''
      : `, on ${percent(seeding.shareOfPlan)} of the planned rows`
  return {
    id: `${flow.flow}-${moment.id}`,
    subject: 'flow',
    claim: `${who}${flow.measured === 'mix' ? ', with all flows at once,' : ''} serves ${flow.flow} within its targets (${targetsText(flow)}) at the ${moment.name}, ${perSecond(moment.ratePerSecond)}${share}.`,
    verdict,
    value: flow.lastPassPerSecond,
    target: moment.ratePerSecond,
    bound: 'at-least',
    unit: 'per-second',
    evidence: decisive === undefined ? 'nothing at or near this rate' : measured(decisive),
    interval: bracketOf(flow),
    samples: decisive?.samples ?? null,
    basis: 'measured',
    reason: reasonOf(flow, moment, verdict, decisive),
  }
}

/** A machine that passes at a higher rate passes here; one that fails at a lower rate fails here; else nobody knows. */
export function verdictAt({ lastPassPerSecond, firstFailPerSecond }: Bracket, ratePerSecond: number): Verdict {
  if (lastPassPerSecond !== null && lastPassPerSecond >= ratePerSecond) return 'PASS'
  return firstFailPerSecond !== null && firstFailPerSecond <= ratePerSecond ? 'FAIL' : 'INVALID'
}

function decisivePoint(flow: FlowCapacity, ratePerSecond: number, verdict: Verdict): CapacityPoint | undefined {
  if (verdict === 'PASS') return evidenceAt(flow, ratePerSecond)
  const at = verdict === 'FAIL' ? flow.firstFailPerSecond : flow.lastPassPerSecond
  const held = flow.points.filter(({ kind, offeredPerSecond }) => kind === 'measured' && near(offeredPerSecond, at))
  return held.find(({ outcome }) => outcome === (verdict === 'FAIL' ? 'fail' : 'pass')) ?? held[0]
}

/** Rates are offered in tenths. */
function near(rate: number, other: number | null): boolean {
  return other !== null && Math.abs(rate - other) < 0.05
}

function measured(point: CapacityPoint): string {
  const p99 = point.p99Ms === null ? 'p99 unknown' : `p99 ${ms(point.p99Ms)}`
  const dropped = point.dropped > 0 ? `, ${compact(point.dropped)} dropped` : ''
  return `${p99}, errors ${percent(point.errorRate)}${dropped} at ${perSecond(point.offeredPerSecond)}`
}

function reasonOf(flow: FlowCapacity, moment: Moment, verdict: Verdict, decisive: CapacityPoint | undefined): string {
  const rate = perSecond(moment.ratePerSecond)
  if (verdict === 'PASS' && decisive !== undefined) {
    return `The step at ${perSecond(decisive.offeredPerSecond)} met every target, and ${rate} asks for no more.`
  }
  if (verdict === 'FAIL' && decisive !== undefined) {
    return `At ${perSecond(decisive.offeredPerSecond)} already: ${decisive.reasons[0] ?? 'a target was missed'}.`
  }
  const limited = flow.limitedBy === null ? '' : ` The climb ended there: ${flow.limitedBy}.`
  if (flow.lastPassPerSecond === null)
    return `No valid step met the targets, and none proved a failure at ${rate} or below.${limited}`
  return `Proven up to ${perSecond(flow.lastPassPerSecond)} only; no valid step says what happens at ${rate}.${limited}`
}
