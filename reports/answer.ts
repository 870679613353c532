// The verdict in a few lines, for someone who reads nothing else.

import type {
  AnswerLine,
  Claim,
  DeploymentProposal,
  DeploymentTier,
  FlowCapacity,
  FlowCurve,
  MixCapacity,
  SizingRow,
  TableProjection,
  Verdict,
} from '../contracts/capacity.ts'
import type { Ladder } from '../contracts/ladder.ts'
import { shortfall } from './claims/deployment-claims.ts'
import { fullTableLine } from './full-tables.ts'
import { compact, exact, percent, perSecond, probability, range } from './quantity.ts'
import { ALL_FLOWS } from './sizing/machine-rows.ts'
import { overallVerdict } from './verdict.ts'

export interface Answerable {
  readonly claims: readonly Claim[]
  readonly tables: TableProjection | null
  readonly flows: readonly FlowCapacity[]
  readonly mix: MixCapacity | null
  readonly sizing: readonly SizingRow[]
  readonly deployment: readonly DeploymentTier[] | null
  readonly proposal: DeploymentProposal | null
  readonly ownFlows: readonly FlowCurve[]
  /** What was loaded, as the subject of a sentence. */
  readonly who: string
  readonly isOneMachine: boolean
  readonly ladder: Ladder | null
}

export function answer(given: Answerable): readonly AnswerLine[] {
  const { claims, tables, ownFlows, who, ladder } = given
  const broken = claims.find(({ subject, verdict }) => subject === 'evidence' && verdict === 'INVALID')
  const tablesVerdict = claims.find(({ subject }) => subject === 'tables')?.verdict ?? 'INVALID'
  const rows = tables === null ? [] : [tableLine(tables, tablesVerdict)]
  if (broken !== undefined) {
    const sentence = `The load of this run proves nothing. ${broken.reason}`
    return [{ about: 'Evidence', verdict: 'INVALID', sentence }, ...rows]
  }
  const isOwn = ({ id }: Claim) => ownFlows.some(({ flow }) => id.startsWith(`${flow}-`))
  const at = (moment: string) => claims.filter((claim) => claim.id.endsWith(moment) && !isOwn(claim))
  return [
    ...fullTableLine(claims, ladder),
    ...rows,
    ...deploymentLine(given),
    ...claims
      .filter(isOwn)
      .map(({ id, verdict, claim, reason }) => ({ about: id, verdict, sentence: `${claim} ${reason}` })),
    ...targetsLine(at('-within-targets')),
    ...(given.isOneMachine ? machineLine(given) : []),
    ...momentLine(who, 'Ordinary rates', 'the ordinary rates', at('-at-ordinary-rate')),
    ...momentLine(who, 'Peak second', 'the peak second', at('-at-peak-second')),
  ]
}

function tableLine(
  { crossing, limit, tables, fullestShard, decideBy, probabilityAnyTableExceeds }: TableProjection,
  verdict: Verdict,
): AnswerLine {
  const fullest = compact(tables[fullestShard]?.projectedRows ?? 0)
  const early =
    crossing.high === null
      ? ''
      : ` With high growth it passes the limit in ${crossing.high}, P = ${probability(probabilityAnyTableExceeds)}.`
  const sentence =
    crossing.mid === null
      ? `The fullest table ends at ${fullest} of ${compact(limit)} rows.${early}`
      : `The fullest table passes ${compact(limit)} rows in ${crossing.mid} and ends at ${fullest}.`
  const deadline = decideBy === null ? '' : ` More tables must be decided on by ${decideBy}.`
  return { about: 'Rows per table', verdict, sentence: `${sentence}${deadline}` }
}

function deploymentLine({ deployment, proposal }: Answerable): AnswerLine[] {
  const about = 'Deployment'
  if (deployment !== null) return [{ about, verdict: overallVerdict(deployment), sentence: deploymentText(deployment) }]
  if (proposal === null) return []
  const [first] = proposal.candidates
  const sized =
    first === undefined
      ? ''
      : ` One that would carry it costs about ${exact(Math.round(first.costInCores))} cores: see the proposal.`
  return [{ about, verdict: null, sentence: `The plan names none, so no peak is judged.${sized}` }]
}

function deploymentText(tiers: readonly DeploymentTier[]): string {
  const short = tiers.flatMap((tier) => shortfall(tier) ?? [])
  const named = (wanted: Verdict) => tiers.filter(({ verdict }) => verdict === wanted).map(({ tier }) => tier)
  const [atRisk, unknown] = [named('AT RISK'), named('INVALID')]
  const known = tiers.flatMap(({ tier, used }) => (used === null ? [] : [{ tier, ...used }]))
  const fullest = known.toSorted((a, b) => b.high - a.high)[0]
  const sentences = [
    ...(short.length > 0 ? [`Too small for the plan: ${short.join('; ')}.`] : []),
    ...(atRisk.length > 0 ? [`Enough in the middle case only: ${atRisk.join(', ')}.`] : []),
    ...(unknown.length > 0 ? [`Not judged, for want of evidence: ${unknown.join(', ')}.`] : []),
  ]
  if (sentences.length > 0) return sentences.join(' ')
  return `Every tier carries the peak with headroom; the fullest is ${fullest?.tier ?? 'none'}, up to ${percent(fullest?.high ?? 0)} used.`
}

function targetsLine(claims: readonly Claim[]): AnswerLine[] {
  if (claims.length === 0) return []
  const named = (wanted: Verdict, text: string) => {
    const names = claims.filter(({ verdict }) => verdict === wanted).map(nameOf)
    return names.length === 0 ? [] : [`${text}: ${names.join(', ')}.`]
  }
  const sentences = [
    ...named('FAIL', 'Missed'),
    ...named('INVALID', 'Not proven at any rate'),
    ...named('PASS', 'Kept by this machine'),
  ]
  return [{ about: 'Latency and errors', verdict: overallVerdict(claims), sentence: sentences.join(' ') }]
}

function nameOf({ id }: Claim): string {
  return id.replace(/-(at|within)-.*$/, '').replace('all-flows', 'all flows at once')
}

/** How far one machine goes: a fact, whatever the plan asks of a fleet. */
function machineLine({ flows, mix, sizing, who }: Answerable): AnswerLine[] {
  const alone = flows.flatMap(({ flow, measured, lastPassPerSecond: rate }) =>
    measured === 'alone' && rate !== null ? [`${flow} ${perSecond(rate)}`] : [],
  )
  const together =
    mix === null || mix.lastPassPerSecond === null ? [] : [`all flows at once ${perSecond(mix.lastPassPerSecond)}`]
  const carried = [...alone, ...together]
  if (carried.length === 0) return []
  const single = alone.length > 1 ? ' (each alone)' : ''
  const text = alone.length > 0 ? [`${alone.join(', ')}${single}`, ...together] : together
  return [
    {
      about: 'One machine',
      verdict: null,
      sentence: `${who} is proven to carry ${text.join('; ')}.${machineSentence(sizing, flows)}`,
    },
  ]
}

function momentLine(who: string, about: string, moment: string, claims: readonly Claim[]): AnswerLine[] {
  if (claims.length === 0) return []
  const verdict = overallVerdict(claims)
  const named = (wanted: Verdict) =>
    claims
      .filter((claim) => claim.verdict === wanted)
      .map(nameOf)
      .join(', ')
  const unknown = named('INVALID') === '' ? '' : ` Not judged, for want of evidence: ${named('INVALID')}.`
  if (verdict === 'PASS') return [{ about, verdict, sentence: `${who} carries ${moment}.` }]
  const failed = named('FAIL') === '' ? '' : `${who} does not carry ${moment}: ${named('FAIL')}.`
  return [{ about, verdict, sentence: `${failed}${unknown}`.trimStart() }]
}

/** Only a row that speaks for everything measured. */
function machineSentence(sizing: readonly SizingRow[], flows: readonly FlowCapacity[]): string {
  const row = sizing.find(({ unit }) => unit === 'machines')
  if (row === undefined || (flows.length > 1 && row.what !== ALL_FLOWS)) return ''
  const whom = row.what.replace('Machines for ', '').replace(' at the peak', '')
  return ` For ${whom} in the peak second it takes about ${exact(row.mid)} such machines (${range(row.low, row.high, exact)}), headroom included: ${row.basis}.`
}
