// All flows at the same time on one machine: measured where the run loaded the mix, else modelled from the flows alone.

import type { Claim, FlowCapacity, MixCapacity, Verdict } from '../../contracts/capacity.ts'
import type { Interval } from '../../contracts/plan.ts'
import type { FlowSamples } from '../../contracts/step-outcome.ts'
import { bracketText } from '../bracket.ts'
import { type MachineLoad, machineLoad, ordinaryRate, peakRate } from '../machine-load.ts'
import { ms, percent, perSecond, range, significant } from '../quantity.ts'
import { verdictAt } from './flow-claims.ts'

export function machineClaims(flows: readonly FlowCapacity[], mix: MixCapacity | null): readonly Claim[] {
  if (mix !== null) {
    return [
      measuredClaim('all-flows-at-ordinary-rate', 'ordinary rate', mix, mix.ordinaryPerSecond, flows, ordinaryRate),
      measuredClaim('all-flows-at-peak-second', 'peak second', mix, mix.peakPerSecond.mid, flows, peakRate),
    ]
  }
  if (flows.length < 2) return []
  return [
    modelledClaim('all-flows-at-ordinary-rate', 'ordinary rates', flows, ordinaryRate),
    modelledClaim('all-flows-at-peak-second', 'peak second', flows, peakRate),
  ]
}

function measuredClaim(
  id: string,
  moment: string,
  mix: MixCapacity,
  ratePerSecond: number,
  flows: readonly FlowCapacity[],
  rateOf: (flow: FlowCapacity) => Interval,
): Claim {
  const ofMix = verdictAt(mix, ratePerSecond)
  const at = ofMix === 'FAIL' ? mix.firstFailPerSecond : mix.lastPassPerSecond
  const point = mix.points.find(({ offeredPerSecond }) => offeredPerSecond === at)
  const rare = point?.notJudged ?? []
  const provenAlone = (flow: FlowCapacity) => flow.measured === 'alone' && verdictAt(flow, rateOf(flow).mid) === 'PASS'
  const open = rare.filter(({ flow }) => !flows.some((one) => one.flow === flow && provenAlone(one)))
  const verdict = ofMix === 'PASS' && open.length > 0 ? 'INVALID' : ofMix
  const p99 = point?.p99Ms == null ? 'p99 unknown' : `p99 of all ${ms(point.p99Ms)}`
  return {
    id,
    subject: 'machine',
    claim: `One machine like this serves ${mix.flows.join(', ')} together within their targets at the ${moment}, ${perSecond(ratePerSecond)}.`,
    verdict,
    target: `every flow within its own target at ${perSecond(ratePerSecond)}`,
    measured:
      point === undefined
        ? 'nothing'
        : `${p99}, errors ${percent(point.errorRate)} at ${perSecond(point.offeredPerSecond)}`,
    interval: bracketText(mix),
    samples: point?.samples ?? null,
    provenance: 'measured',
    why:
      (ofMix === 'PASS'
        ? `The mix passed at ${perSecond(mix.lastPassPerSecond ?? 0)}.`
        : `${mix.limitedBy ?? 'No step of the mix reached this rate'}.`) + notJudgedText(rare, open),
  }
}

/** A flow that is too rare in the mix for a p99 must have passed alone, at its own rate: else nobody knows. */
function notJudgedText(rare: readonly FlowSamples[], open: readonly FlowSamples[]): string {
  if (rare.length === 0) return ''
  const names = rare.map(({ flow, samples }) => `${flow} (${samples} samples)`).join(', ')
  const then =
    open.length === 0
      ? 'alone it passed at its share of this rate'
      : `${open.map(({ flow }) => flow).join(', ')} did not pass alone in this run at that share either: hold longer, or measure it alone with npm start`
  return ` Not judged in the mix: ${names}; ${then}.`
}

function modelledClaim(
  id: string,
  moment: string,
  flows: readonly FlowCapacity[],
  rateOf: (flow: FlowCapacity) => Interval,
): Claim {
  const load = machineLoad(flows, rateOf)
  const rates = flows.map((flow) => `${flow.flow} ${perSecond(rateOf(flow).mid)}`).join(', ')
  const unknown = flows.filter(({ lastPassPerSecond }) => lastPassPerSecond === null).map(({ flow }) => flow)
  return {
    id,
    subject: 'machine',
    claim: `One machine like this carries all measured flows at once at their ${moment}: ${rates}.`,
    verdict: verdictOf(load),
    target: '≤ 1 machine',
    measured: measuredText(load),
    interval: load.machines === null ? null : `${range(load.machines.low, load.machines.high, significant)} machines`,
    samples: null,
    provenance: load.machines !== null && load.machines.mid > 2 ? 'extrapolated' : 'modelled',
    why:
      load.machines === null
        ? `No operating point for ${unknown.join(', ')}.${load.atLeast > 0 ? ` Rates that are proven to fail add up to ${significant(load.atLeast)} machines.` : ''}`
        : `Each flow was measured alone; modelled as if each used the machine in proportion to its own operating point (${load.shares.map(({ flow, share }) => `${flow} ${significant(share)}`).join(', ')}).`,
  }
}

function measuredText({ machines, atLeast }: MachineLoad): string {
  if (machines !== null) return `${significant(machines.mid)} machines`
  return atLeast > 0 ? `more than ${significant(atLeast)} machines` : 'unknown'
}

function verdictOf({ machines, atLeast }: MachineLoad): Verdict {
  if (atLeast > 1) return 'FAIL'
  return machines !== null && machines.mid <= 1 ? 'PASS' : 'INVALID'
}
