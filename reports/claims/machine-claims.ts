// All flows at the same time on a target elsewhere: measured where the run loaded the mix, else modelled from the flows
// alone.

import type { Claim, FlowCapacity, MixCapacity, Verdict } from '../../contracts/capacity.ts'
import type { Interval } from '../../contracts/plan.ts'
import { bracketOf } from '../bracket.ts'
import { type MachineLoad, machineLoad, ordinaryRate, peakRate } from '../machine-load.ts'
import { compact, percent, perSecond, significant } from '../quantity.ts'
import { verdictAt } from './flow-claims.ts'

export function machineClaims(flows: readonly FlowCapacity[], mix: MixCapacity | null, who: string): readonly Claim[] {
  if (mix !== null) {
    return [
      measuredClaim('all-flows-at-ordinary-rate', 'ordinary rate', mix, mix.ordinaryPerSecond, who),
      measuredClaim('all-flows-at-peak-second', 'peak second', mix, mix.peakPerSecond.mid, who),
    ]
  }
  if (flows.length < 2) return []
  return [
    modelledClaim('all-flows-at-ordinary-rate', 'ordinary rates', flows, ordinaryRate, who),
    modelledClaim('all-flows-at-peak-second', 'peak second', flows, peakRate, who),
  ]
}

function measuredClaim(id: string, moment: string, mix: MixCapacity, ratePerSecond: number, who: string): Claim {
  const verdict = verdictAt(mix, ratePerSecond)
  const at = verdict === 'FAIL' ? mix.firstFailPerSecond : mix.lastPassPerSecond
  const point = mix.points.find(({ offeredPerSecond, kind }) => kind === 'measured' && offeredPerSecond === at)
  return {
    id,
    subject: 'machine',
    claim: `${who} serves ${mix.flows.join(', ')} together within their targets at the ${moment}, ${perSecond(ratePerSecond)}.`,
    verdict,
    value: mix.lastPassPerSecond,
    target: ratePerSecond,
    bound: 'at-least',
    unit: 'per-second',
    evidence:
      point === undefined
        ? 'nothing'
        : `${compact(point.samples)} right answers, errors ${percent(point.errorRate)} at ${perSecond(point.offeredPerSecond)}`,
    interval: bracketOf(mix),
    samples: point?.samples ?? null,
    basis: 'measured',
    reason:
      verdict === 'PASS'
        ? `Every flow of the mix met its own targets at ${perSecond(mix.lastPassPerSecond ?? 0)}.`
        : `${mix.limitedBy ?? 'No step of the mix reached this rate'}.`,
  }
}

function modelledClaim(
  id: string,
  moment: string,
  flows: readonly FlowCapacity[],
  rateOf: (flow: FlowCapacity) => Interval,
  who: string,
): Claim {
  const load = machineLoad(flows, rateOf)
  const rates = flows.map((flow) => `${flow.flow} ${perSecond(rateOf(flow).mid)}`).join(', ')
  const unknown = flows.filter(({ lastPassPerSecond }) => lastPassPerSecond === null).map(({ flow }) => flow)
  return {
    id,
    subject: 'machine',
    claim: `${who} carries all measured flows at once at their ${moment}: ${rates}.`,
    verdict: verdictOf(load),
    value: load.machines?.mid ?? null,
    target: 1,
    bound: 'at-most',
    unit: 'machines',
    evidence: evidenceText(load),
    interval: load.machines === null ? null : { low: load.machines.low, high: load.machines.high },
    samples: null,
    basis: load.machines !== null && load.machines.mid > 2 ? 'extrapolated' : 'modelled',
    reason:
      load.machines === null
        ? `No operating point for ${unknown.join(', ')}.${load.atLeast > 0 ? ` Rates that are proven to fail add up to ${significant(load.atLeast)} machines.` : ''}`
        : `Each flow was measured alone; modelled as if each used the machine in proportion to its own operating point (${load.shares.map(({ flow, share }) => `${flow} ${significant(share)}`).join(', ')}).`,
  }
}

function evidenceText({ machines, atLeast }: MachineLoad): string {
  if (machines !== null) return `${significant(machines.mid)} machines`
  return atLeast > 0 ? `more than ${significant(atLeast)} machines` : 'unknown'
}

function verdictOf({ machines, atLeast }: MachineLoad): Verdict {
  if (atLeast > 1) return 'FAIL'
  return machines !== null && machines.mid <= 1 ? 'PASS' : 'INVALID'
}
