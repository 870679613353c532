// Claims about flows of one's own: what the load was asked, and the rates that the plan names for them.

import type { Claim, FlowCurve } from '../../contracts/capacity.ts'
import type { Measurements } from '../../contracts/measurement.ts'
import { bracketOf, bracketText } from '../bracket.ts'
import { resultOf } from '../flow-capacity.ts'
import { perSecond } from '../quantity.ts'
import { targetsText } from '../targets-text.ts'
import { verdictAt } from './flow-claims.ts'

export function ownFlowClaims(flows: readonly FlowCurve[], measurements: Measurements, who: string): readonly Claim[] {
  return flows.flatMap((flow) => [...loadClaim(flow, measurements, who), ...plannedClaims(flow, who)])
}

/** Smoke, spike, soak and peak day have a claim of their own. */
function loadClaim(flow: FlowCurve, measurements: Measurements, who: string): readonly Claim[] {
  const result = resultOf(measurements, [flow.flow])
  if (result === null || result.claim !== null) return []
  const rate = result.operatingPoint?.ratePerSecond ?? flow.lastPassPerSecond
  return [
    {
      ...base(flow),
      id: `${flow.flow}-within-targets`,
      claim: `${who} serves ${flow.flow} within its targets (${targetsText(flow)})${rate === null ? '' : ` up to ${perSecond(rate)}`}.`,
      verdict: result.verdict,
      value: rate,
      target: null,
      evidence: bracketText(flow) ?? 'no rate decided',
      reason: `${result.reason}.`,
    },
  ]
}

function plannedClaims(flow: FlowCurve, who: string): readonly Claim[] {
  const moments = [
    ['at-ordinary-rate', 'ordinary rate', flow.ordinaryPerSecond],
    ['at-peak-second', 'peak second', flow.peakPerSecond?.mid ?? null],
  ] as const
  return moments.flatMap(([id, name, rate]): readonly Claim[] => {
    if (rate === null) return []
    return [
      {
        ...base(flow),
        id: `${flow.flow}-${id}`,
        claim: `${who} serves ${flow.flow} within its targets (${targetsText(flow)}) at the ${name}, ${perSecond(rate)}.`,
        verdict: verdictAt(flow, rate),
        value: flow.lastPassPerSecond,
        target: rate,
        evidence: bracketText(flow) ?? 'no rate decided',
        reason:
          flow.searched === null ? (flow.limitedBy ?? 'Every rate held met the targets.') : `${flow.searched.found}.`,
      },
    ]
  })
}

function base(flow: FlowCurve): Pick<Claim, 'subject' | 'bound' | 'unit' | 'interval' | 'samples' | 'basis'> {
  const held = flow.points.filter(({ kind }) => kind === 'measured')
  const samples = held.reduce((sum, point) => sum + point.samples, 0)
  return {
    subject: 'flow',
    bound: 'at-least',
    unit: 'per-second',
    interval: bracketOf(flow),
    samples,
    basis: 'measured',
  }
}
