// Claims about the order system on this machine: does it keep its targets at all? How far one machine goes is a fact of
// the report and no claim: a laptop is no fleet, and peaks are judged against the plan's deployment.

import type { CapacityPoint, Claim, FlowCapacity, MixCapacity, Seeding, Verdict } from '../../contracts/capacity.ts'
import type { LoadResult, Measurements } from '../../contracts/measurement.ts'
import { type Bracket, bracketOf, bracketText } from '../bracket.ts'
import { resultOf } from '../flow-capacity.ts'
import { percent } from '../quantity.ts'
import { targetsText } from '../targets-text.ts'

/** Busy for less than this, a machine that misses its targets has room: a larger one would miss them too. */
const ROOM_BELOW_CPU = 0.5

interface Measured extends Bracket {
  readonly name: string
  readonly what: string
  readonly subject: Claim['subject']
  readonly flows: readonly string[]
  readonly points: readonly CapacityPoint[]
  readonly limitedBy: string | null
}

export function withinTargetsClaims(
  flows: readonly FlowCapacity[],
  mix: MixCapacity | null,
  { measurements, seeding }: { readonly measurements: Measurements; readonly seeding: Seeding | null },
): readonly Claim[] {
  const alone = flows
    .filter(({ measured }) => measured === 'alone')
    .map((flow): Measured => {
      const what = `${flow.flow} within its targets (${targetsText(flow)})`
      return { ...flow, name: flow.flow, what, subject: 'flow', flows: [flow.flow] }
    })
  const together: readonly Measured[] =
    mix === null
      ? []
      : [
          {
            ...mix,
            name: 'all-flows',
            what: `${mix.flows.join(', ')} together within their targets`,
            subject: 'machine',
          },
        ]
  const rows =
    seeding === null || seeding.shareOfPlan === null || seeding.notProven.length === 0
      ? ''
      : `, on ${percent(seeding.shareOfPlan)} of the planned rows`
  return [...alone, ...together].flatMap((measured) => {
    const result = resultOf(measurements, measured.flows)
    // Smoke, spike, soak and peak day have a claim of their own.
    return result !== null && result.claim !== null ? [] : [claimOf(measured, result, rows)]
  })
}

function claimOf(measured: Measured, result: LoadResult | null, rows: string): Claim {
  const verdict = verdictOf(measured, result)
  const held = measured.points.filter(({ kind }) => kind === 'measured')
  return {
    id: `${measured.name}-within-targets`,
    subject: measured.subject,
    claim: `One machine like this serves ${measured.what} at ${isAsked(measured, result) ? 'the rate that was asked for' : 'some rate'}${rows}.`,
    verdict,
    value: measured.lastPassPerSecond,
    target: null,
    bound: 'at-least',
    unit: 'per-second',
    evidence: bracketText(measured) ?? 'no rate decided',
    interval: bracketOf(measured),
    samples: held.reduce((sum, { samples }) => sum + samples, 0),
    basis: 'measured',
    reason: reasonOf(measured, result, verdict),
  }
}

/** A schedule holds one rate; and a search is no pass although a rate passes only where another was asked for. */
function isAsked({ lastPassPerSecond }: Measured, result: LoadResult | null): boolean {
  return result !== null && (result.bracket === null || (result.verdict !== 'PASS' && lastPassPerSecond !== null))
}

/** What is missed on a machine that is full says that the machine is full. */
function verdictOf({ lastPassPerSecond, points }: Measured, result: LoadResult | null): Verdict {
  const found = result?.verdict ?? (lastPassPerSecond === null ? 'INVALID' : 'PASS')
  return found === 'INVALID' && lastPassPerSecond === null && points.some(failsWithRoom) ? 'FAIL' : found
}

function failsWithRoom({ outcome, machineCpu }: CapacityPoint): boolean {
  return outcome === 'fail' && machineCpu !== null && machineCpu < ROOM_BELOW_CPU
}

function reasonOf(measured: Measured, result: LoadResult | null, verdict: Verdict): string {
  if (result !== null && verdict === result.verdict && (verdict === 'FAIL' || isAsked(measured, result))) {
    return `${result.reason}.`
  }
  const limited = measured.limitedBy === null ? '' : `: ${measured.limitedBy}`
  switch (verdict) {
    case 'PASS':
      return 'How far it goes is a fact of this machine, and no verdict on a fleet.'
    case 'FAIL':
      return `It misses them while at least half of the machine is idle${limited}.`
    default:
      return `No rate is proven to meet them, and none fails with room left on the machine${limited}.`
  }
}
